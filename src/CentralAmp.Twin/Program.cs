Console.Error.WriteLine("The twin's program is not here yet.");
return 2;
