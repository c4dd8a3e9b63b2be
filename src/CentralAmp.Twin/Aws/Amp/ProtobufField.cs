namespace CentralAmp.Twin.Aws.Amp;

/// <summary>One field of a protobuf message, with its tag (<see cref="Raw"/>) and without (<see cref="Content"/>).</summary>
internal readonly record struct ProtobufField(int Number, int WireType, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Raw)
{
    private const int LengthDelimited = 2;

    public bool IsMessage(int number) => Number == number && WireType == LengthDelimited;

    /// <exception cref="FormatException">The bytes are not a protobuf message; thrown by the enumeration.</exception>
    public static Fields Read(ReadOnlyMemory<byte> message) => new(message);

    public static void Write(Stream stream, int number, ReadOnlySpan<byte> content)
    {
        WriteVarint(stream, (ulong)((number << 3) | LengthDelimited));
        WriteVarint(stream, (ulong)content.Length);
        stream.Write(content);
    }

    private static ulong Varint(ReadOnlyMemory<byte> message, ref int position)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (position >= message.Length)
                throw new FormatException("message ends within a number");

            var next = message.Span[position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw new FormatException("number of more than 64 bits");
    }

    private static int VarintLength(ReadOnlyMemory<byte> message, int position)
    {
        var end = position;
        Varint(message, ref end);
        return end - position;
    }

    private static void WriteVarint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }

    /// <summary>An allocation-free enumerator, because a cluster writes ten thousand labels a second and each is a message.</summary>
    internal struct Fields(ReadOnlyMemory<byte> message)
    {
        private int position;

        public ProtobufField Current { get; private set; }

        public readonly Fields GetEnumerator() => this;

        public bool MoveNext()
        {
            if (position >= message.Length)
                return false;
            var start = position;
            var tag = Varint(message, ref position);
            var wireType = (int)(tag & 7);
            var length = wireType switch
            {
                0 => VarintLength(message, position),
                1 => 8,
                LengthDelimited => checked((int)Varint(message, ref position)),
                5 => 4,
                _ => throw new FormatException($"wire type {wireType} at {start}"),
            };
            if (length < 0 || position + length > message.Length)
                throw new FormatException($"field at {start} ends beyond the message");

            Current = new ProtobufField((int)(tag >> 3), wireType, message.Slice(position, length), message[start..(position + length)]);
            position += length;
            return true;
        }
    }
}
