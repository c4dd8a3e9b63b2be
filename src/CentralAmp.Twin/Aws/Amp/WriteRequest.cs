using System.Text;

namespace CentralAmp.Twin.Aws.Amp;

/// <summary>One series of a remote_write: its labels, and its samples undecoded.</summary>
/// <param name="Rest">Every other field of the message (samples, exemplars, histograms), undecoded.</param>
public sealed record WriteSeries(IReadOnlyList<KeyValuePair<string, string>> Labels, int Samples, ReadOnlyMemory<byte> Rest)
{
    public string? this[string label]
    {
        get
        {
            foreach (var (name, value) in Labels)
            {
                if (name == label)
                    return value;
            }

            return null;
        }
    }

    public WriteSeries Without(string label) => this with { Labels = [.. Labels.Where(pair => pair.Key != label)] };
}

/// <summary>
/// prometheus.WriteRequest (remote write 1.0), read and written field by field: TimeSeries 1, in it Label 1 (name 1,
/// value 2) and Sample 2. Other fields are kept undecoded.
/// </summary>
public sealed record WriteRequest(IReadOnlyList<WriteSeries> Series, ReadOnlyMemory<byte> Rest)
{
    /// <exception cref="FormatException">Not a WriteRequest.</exception>
    public static WriteRequest Parse(ReadOnlyMemory<byte> message)
    {
        var (series, rest) = (new List<WriteSeries>(), new MemoryStream());
        foreach (var field in ProtobufField.Read(message))
        {
            if (field.IsMessage(1))
                series.Add(ParseSeries(field.Content));
            else
                rest.Write(field.Raw.Span);
        }

        return new WriteRequest(series, rest.ToArray());
    }

    public byte[] ToArray()
    {
        var message = new MemoryStream();
        foreach (var series in Series)
            ProtobufField.Write(message, 1, Encode(series));
        message.Write(Rest.Span);
        return message.ToArray();
    }

    private static WriteSeries ParseSeries(ReadOnlyMemory<byte> message)
    {
        var (labels, samples, rest) = (new List<KeyValuePair<string, string>>(), 0, new MemoryStream());
        foreach (var field in ProtobufField.Read(message))
        {
            if (field.IsMessage(1))
            {
                labels.Add(ParseLabel(field.Content));
                continue;
            }

            samples += field.IsMessage(2) ? 1 : 0;
            rest.Write(field.Raw.Span);
        }

        return new WriteSeries(labels, samples, rest.ToArray());
    }

    private static KeyValuePair<string, string> ParseLabel(ReadOnlyMemory<byte> message)
    {
        // The last occurrence of a repeated field wins (protobuf).
        var (name, value) = ("", "");
        foreach (var field in ProtobufField.Read(message))
        {
            if (field.IsMessage(1))
                name = Encoding.UTF8.GetString(field.Content.Span);
            else if (field.IsMessage(2))
                value = Encoding.UTF8.GetString(field.Content.Span);
        }

        return KeyValuePair.Create(name, value);
    }

    private static byte[] Encode(WriteSeries series)
    {
        var message = new MemoryStream();
        foreach (var (name, value) in series.Labels)
        {
            var label = new MemoryStream();
            ProtobufField.Write(label, 1, Encoding.UTF8.GetBytes(name));
            ProtobufField.Write(label, 2, Encoding.UTF8.GetBytes(value));
            ProtobufField.Write(message, 1, label.ToArray());
        }

        message.Write(series.Rest.Span);
        return message.ToArray();
    }
}
