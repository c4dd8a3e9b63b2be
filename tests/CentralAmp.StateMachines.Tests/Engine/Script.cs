using System.Collections.Immutable;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>What every state is answered, call by call. A call beyond the script is not planned and fails the test.</summary>
internal sealed record Script
{
    private ImmutableDictionary<string, ImmutableList<Answer>> Answers { get; init; } = ImmutableDictionary<string, ImmutableList<Answer>>.Empty;

    /// <summary>Instead of what was planned for the state.</summary>
    public Script On(string state, params Answer[] answers) => this with { Answers = Answers.SetItem(state, [.. answers]) };

    /// <summary>Before what is planned for the state.</summary>
    public Script First(string state, params Answer[] answers) => On(state, [.. answers, .. Planned(state)]);

    /// <summary>After what is planned for the state.</summary>
    public Script Then(string state, params Answer[] answers) => On(state, [.. Planned(state), .. answers]);

    public Dictionary<string, Queue<Answer>> ToQueues() => Answers.ToDictionary(state => state.Key, state => new Queue<Answer>(state.Value));

    private ImmutableList<Answer> Planned(string state) => Answers.GetValueOrDefault(state, []);
}
