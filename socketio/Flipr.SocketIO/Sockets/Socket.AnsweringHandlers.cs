using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

// The registration of handlers that return a value, which answers the client if it asked for an answer. A lambda that returns one fits
// several overloads: the priorities see to it that the value of a task is the answer, and not the task; and that no value is dropped.
public sealed partial class Socket
{
    /// <summary>Handles every event of this name, taking no arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void On<TResult>(string eventName, Func<TResult> handler) =>
        Add(eventName, new AnsweringListener0(ack => ack.SendAsync(handler()).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{TResult}(string, Func{TResult})"/>
    [OverloadResolutionPriority(2)]
    public void On<TResult>(string eventName, Func<Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener0(ack => AnswerAsync(ack, handler()), handler, isOnce: false));

    /// <inheritdoc cref="On{TResult}(string, Func{TResult})"/>
    [OverloadResolutionPriority(1)]
    public void On<TResult>(string eventName, Func<ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener0(ack => AnswerAsync(ack, handler().AsTask()), handler, isOnce: false));

    /// <summary>Handles every event of this name, taking one argument, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void On<T, TResult>(string eventName, Func<T, TResult> handler) =>
        Add(eventName, new AnsweringListener<T>((argument, ack) => ack.SendAsync(handler(argument)).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T, TResult}(string, Func{T, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void On<T, TResult>(string eventName, Func<T, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T>((argument, ack) => AnswerAsync(ack, handler(argument)), handler, isOnce: false));

    /// <inheritdoc cref="On{T, TResult}(string, Func{T, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void On<T, TResult>(string eventName, Func<T, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T>((argument, ack) => AnswerAsync(ack, handler(argument).AsTask()), handler, isOnce: false));

    /// <summary>Handles every event of this name, taking two arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void On<T1, T2, TResult>(string eventName, Func<T1, T2, TResult> handler) =>
        Add(eventName, new AnsweringListener<T1, T2>((argument1, argument2, ack) => ack.SendAsync(handler(argument1, argument2)).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, TResult}(string, Func{T1, T2, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void On<T1, T2, TResult>(string eventName, Func<T1, T2, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2>((argument1, argument2, ack) => AnswerAsync(ack, handler(argument1, argument2)), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, TResult}(string, Func{T1, T2, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void On<T1, T2, TResult>(string eventName, Func<T1, T2, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2>((argument1, argument2, ack) => AnswerAsync(ack, handler(argument1, argument2).AsTask()), handler, isOnce: false));

    /// <summary>Handles every event of this name, taking three arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void On<T1, T2, T3, TResult>(string eventName, Func<T1, T2, T3, TResult> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3>((argument1, argument2, argument3, ack) => ack.SendAsync(handler(argument1, argument2, argument3)).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, T3, TResult}(string, Func{T1, T2, T3, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void On<T1, T2, T3, TResult>(string eventName, Func<T1, T2, T3, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3>((argument1, argument2, argument3, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3)), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, T3, TResult}(string, Func{T1, T2, T3, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void On<T1, T2, T3, TResult>(string eventName, Func<T1, T2, T3, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3>((argument1, argument2, argument3, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3).AsTask()), handler, isOnce: false));

    /// <summary>Handles every event of this name, taking four arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void On<T1, T2, T3, T4, TResult>(string eventName, Func<T1, T2, T3, T4, TResult> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4, ack) => ack.SendAsync(handler(argument1, argument2, argument3, argument4)).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, T3, T4, TResult}(string, Func{T1, T2, T3, T4, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void On<T1, T2, T3, T4, TResult>(string eventName, Func<T1, T2, T3, T4, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3, argument4)), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, T3, T4, TResult}(string, Func{T1, T2, T3, T4, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void On<T1, T2, T3, T4, TResult>(string eventName, Func<T1, T2, T3, T4, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3, argument4).AsTask()), handler, isOnce: false));

    /// <summary>Handles the next event of this name only, taking no arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void Once<TResult>(string eventName, Func<TResult> handler) =>
        Add(eventName, new AnsweringListener0(ack => ack.SendAsync(handler()).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{TResult}(string, Func{TResult})"/>
    [OverloadResolutionPriority(2)]
    public void Once<TResult>(string eventName, Func<Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener0(ack => AnswerAsync(ack, handler()), handler, isOnce: true));

    /// <inheritdoc cref="Once{TResult}(string, Func{TResult})"/>
    [OverloadResolutionPriority(1)]
    public void Once<TResult>(string eventName, Func<ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener0(ack => AnswerAsync(ack, handler().AsTask()), handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking one argument, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void Once<T, TResult>(string eventName, Func<T, TResult> handler) =>
        Add(eventName, new AnsweringListener<T>((argument, ack) => ack.SendAsync(handler(argument)).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T, TResult}(string, Func{T, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void Once<T, TResult>(string eventName, Func<T, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T>((argument, ack) => AnswerAsync(ack, handler(argument)), handler, isOnce: true));

    /// <inheritdoc cref="Once{T, TResult}(string, Func{T, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void Once<T, TResult>(string eventName, Func<T, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T>((argument, ack) => AnswerAsync(ack, handler(argument).AsTask()), handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking two arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void Once<T1, T2, TResult>(string eventName, Func<T1, T2, TResult> handler) =>
        Add(eventName, new AnsweringListener<T1, T2>((argument1, argument2, ack) => ack.SendAsync(handler(argument1, argument2)).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, TResult}(string, Func{T1, T2, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void Once<T1, T2, TResult>(string eventName, Func<T1, T2, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2>((argument1, argument2, ack) => AnswerAsync(ack, handler(argument1, argument2)), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, TResult}(string, Func{T1, T2, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void Once<T1, T2, TResult>(string eventName, Func<T1, T2, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2>((argument1, argument2, ack) => AnswerAsync(ack, handler(argument1, argument2).AsTask()), handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking three arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void Once<T1, T2, T3, TResult>(string eventName, Func<T1, T2, T3, TResult> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3>((argument1, argument2, argument3, ack) => ack.SendAsync(handler(argument1, argument2, argument3)).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, T3, TResult}(string, Func{T1, T2, T3, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void Once<T1, T2, T3, TResult>(string eventName, Func<T1, T2, T3, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3>((argument1, argument2, argument3, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3)), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, T3, TResult}(string, Func{T1, T2, T3, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void Once<T1, T2, T3, TResult>(string eventName, Func<T1, T2, T3, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3>((argument1, argument2, argument3, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3).AsTask()), handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking four arguments, and answers it with what the handler returns.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. What it returns is the answer, if the client asked for one.</param>
    public void Once<T1, T2, T3, T4, TResult>(string eventName, Func<T1, T2, T3, T4, TResult> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4, ack) => ack.SendAsync(handler(argument1, argument2, argument3, argument4)).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, T3, T4, TResult}(string, Func{T1, T2, T3, T4, TResult})"/>
    [OverloadResolutionPriority(2)]
    public void Once<T1, T2, T3, T4, TResult>(string eventName, Func<T1, T2, T3, T4, Task<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3, argument4)), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, T3, T4, TResult}(string, Func{T1, T2, T3, T4, TResult})"/>
    [OverloadResolutionPriority(1)]
    public void Once<T1, T2, T3, T4, TResult>(string eventName, Func<T1, T2, T3, T4, ValueTask<TResult>> handler) =>
        Add(eventName, new AnsweringListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4, ack) => AnswerAsync(ack, handler(argument1, argument2, argument3, argument4).AsTask()), handler, isOnce: true));

    private static async Task AnswerAsync<TResult>(Ack ack, Task<TResult> answer) => await ack.SendAsync(await answer);
}
