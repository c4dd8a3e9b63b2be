using CentralAmp.AwsPackages.Generator.ServiceClients.Model;
using CentralAmp.AwsPackages.Generator.Text;

namespace CentralAmp.AwsPackages.Generator.ServiceClients.Emit;

/// <summary>Emits the statements that write a structure into a request's body.</summary>
internal interface IBodyWriter
{
    /// <summary>The parameters of a writing method before the value.</summary>
    string Parameters { get; }

    /// <summary>Writes the member of <c>value</c> if it is set.</summary>
    void Emit(CodeWriter code, Member member);
}
