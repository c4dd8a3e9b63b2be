using System.Globalization;
using CentralAmp.Proof;
using CentralAmp.RemoteWrite;
using CentralAmp.Tests.Support;
using Google.Protobuf;
using Snappier;

namespace CentralAmp.Tests.Proof;

public sealed class ProofSampleTests
{
    [Fact]
    public void The_body_is_one_sample_with_sorted_labels_as_remote_write_requires()
    {
        var request = Snappy.DecompressToArray(ProofSample.Body(ClusterLabels.Of(Some.Cluster()), Some.Execution(), Some.Noon));
        Assert.Equal(
        [
            "label __name__=central_amp_onboarding_proof",
            "label account_id=222222222222",
            "label cluster=shop.us-east-1.222222222222",
            "label cluster_name=shop",
            "label execution=d61f4378a991",
            "label region=us-east-1",
            $"sample 1@{Some.Noon.ToUnixTimeMilliseconds()}",
        ],
        Read(request));
    }

    [Fact]
    public void The_bytes_equal_those_of_protoc() => Assert.StartsWith(
        // timeseries of 198 bytes: labels of 42, 28, 40, 22, 27 and 21, a sample of 18; the first label is __name__.
        "0A-C6-01-0A-28-0A-08-5F-5F-6E-61-6D-65-5F-5F-12-1C-63-65-6E-74-72-61-6C",
        BitConverter.ToString(RemoteWriteBody.WriteRequest([ProofSample.Of(ClusterLabels.Of(Some.Cluster()), Some.Execution(), Some.Noon)])),
        StringComparison.Ordinal);

    private static List<string> Read(byte[] request)
    {
        var read = new List<string>();
        var series = Nested(new CodedInputStream(request), 1);
        while (!series.IsAtEnd)
        {
            var tag = series.ReadTag();
            var inner = new CodedInputStream(series.ReadBytes().ToByteArray());
            read.Add(WireFormat.GetTagFieldNumber(tag) == 1 ? Label(inner) : Sample(inner));
        }

        return read;
    }

    private static CodedInputStream Nested(CodedInputStream input, int field)
    {
        Assert.Equal(field, WireFormat.GetTagFieldNumber(input.ReadTag()));
        return new CodedInputStream(input.ReadBytes().ToByteArray());
    }

    private static string Label(CodedInputStream label)
    {
        label.ReadTag();
        var name = label.ReadString();
        label.ReadTag();
        return $"label {name}={label.ReadString()}";
    }

    private static string Sample(CodedInputStream sample)
    {
        sample.ReadTag();
        var value = sample.ReadDouble();
        sample.ReadTag();
        return string.Create(CultureInfo.InvariantCulture, $"sample {value}@{sample.ReadInt64()}");
    }
}
