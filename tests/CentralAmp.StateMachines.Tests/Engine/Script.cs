using System.Collections.Immutable;

namespace CentralAmp.StateMachines.Tests.Engine;

/// <summary>The answers to the calls of every state, in order. A call without a planned answer fails the test.</summary>
internal sealed record Script
{
    private ImmutableDictionary<string, ImmutableList<Answer>> Answers { get; init; } = ImmutableDictionary<string, ImmutableList<Answer>>.Empty;

    /// <summary>Replaces the planned answers of the state.</summary>
    public Script On(string state, params Answer[] answers) => this with { Answers = Answers.SetItem(state, [.. answers]) };

    /// <summary>Adds answers before the planned ones of the state.</summary>
    public Script First(string state, params Answer[] answers) => On(state, [.. answers, .. Planned(state)]);

    /// <summary>Adds answers after the planned ones of the state.</summary>
    public Script Then(string state, params Answer[] answers) => On(state, [.. Planned(state), .. answers]);

    public Dictionary<string, Queue<Answer>> ToQueues() => Answers.ToDictionary(state => state.Key, state => new Queue<Answer>(state.Value));

    private ImmutableList<Answer> Planned(string state) => Answers.GetValueOrDefault(state, []);
}
