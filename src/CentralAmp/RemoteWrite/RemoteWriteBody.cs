using System.Text;
using Google.Protobuf;
using Snappier;

namespace CentralAmp.RemoteWrite;

/// <summary>One sample that the hub writes.</summary>
/// <param name="Own">The label that tells this series from those that somebody else writes about the same cluster.</param>
public sealed record HubSample(string Metric, ClusterLabels Labels, (string Name, string Value) Own, double Value, DateTimeOffset At);

/// <summary>Encodes samples of the hub as the body of a remote_write 0.1.0 request.</summary>
public static class RemoteWriteBody
{
    // Field numbers of prometheus/prompb: remote.proto (WriteRequest) and types.proto (TimeSeries, Label, Sample).
    private const int WriteRequestTimeSeries = 1;
    private const int TimeSeriesLabels = 1;
    private const int TimeSeriesSamples = 2;
    private const int LabelName = 1;
    private const int LabelValue = 2;
    private const int SampleValue = 1;
    private const int SampleTimestamp = 2;

    /// <summary>In Snappy's block format without framing, as remote_write requires.</summary>
    public static byte[] Of(IEnumerable<HubSample> samples) => Snappy.CompressToArray(WriteRequest(samples));

    internal static byte[] WriteRequest(IEnumerable<HubSample> samples) => Message(request =>
    {
        foreach (var sample in samples)
        {
            Nested(request, WriteRequestTimeSeries, series => Write(series, sample));
        }
    });

    private static void Write(CodedOutputStream series, HubSample sample)
    {
        // remote_write requires labels in the byte order of their names.
        foreach (var (name, value) in ((IEnumerable<(string Name, string Value)>)[("__name__", sample.Metric), .. sample.Labels.All, sample.Own])
            .Where(label => label.Value.Length > 0).OrderBy(label => label.Name, StringComparer.Ordinal))
        {
            Nested(series, TimeSeriesLabels, label =>
            {
                Text(label, LabelName, name);
                Text(label, LabelValue, value);
            });
        }

        Nested(series, TimeSeriesSamples, output =>
        {
            output.WriteTag(SampleValue, WireFormat.WireType.Fixed64);
            output.WriteDouble(sample.Value);
            output.WriteTag(SampleTimestamp, WireFormat.WireType.Varint);
            output.WriteInt64(sample.At.ToUnixTimeMilliseconds());
        });
    }

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(write)));
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value, Encoding.UTF8));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream))
        {
            write(output);
        }

        return stream.ToArray();
    }
}
