using System.Text;
using CentralAmp.Delivery;
using Google.Protobuf;
using Snappier;

namespace CentralAmp.Proof;

/// <summary>The one sample that the proof writes, as the body of a remote_write 0.1.0.</summary>
public static class ProofSample
{
    public const string MetricName = "central_amp_onboarding_proof";

    // Field numbers of prometheus/prompb: remote.proto (WriteRequest) and types.proto (TimeSeries, Label, Sample).
    private const int WriteRequestTimeSeries = 1;
    private const int TimeSeriesLabels = 1;
    private const int TimeSeriesSamples = 2;
    private const int LabelName = 1;
    private const int LabelValue = 2;
    private const int SampleValue = 1;
    private const int SampleTimestamp = 2;

    /// <summary>Snappy block format, as remote_write wants it: no framing.</summary>
    public static byte[] Body(ClusterLabels labels, DateTimeOffset at) => Snappy.CompressToArray(WriteRequest(labels, at));

    internal static byte[] WriteRequest(ClusterLabels labels, DateTimeOffset at) => Message(request =>
        Nested(request, WriteRequestTimeSeries, series =>
        {
            // Labels go in the byte order of their names.
            foreach (var (name, value) in (IEnumerable<(string, string)>)[("__name__", MetricName), .. labels.All])
            {
                Nested(series, TimeSeriesLabels, label =>
                {
                    Text(label, LabelName, name);
                    Text(label, LabelValue, value);
                });
            }

            Nested(series, TimeSeriesSamples, sample =>
            {
                sample.WriteTag(SampleValue, WireFormat.WireType.Fixed64);
                sample.WriteDouble(1);
                sample.WriteTag(SampleTimestamp, WireFormat.WireType.Varint);
                sample.WriteInt64(at.ToUnixTimeMilliseconds());
            });
        }));

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
