/// <summary>A PostgreSQL server that is a process of this machine, with its database <c>flipr</c>.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="command">What runs it.</param>
/// <param name="workingDirectory">Where that runs.</param>
/// <param name="password">The password of its user <c>postgres</c>; holds nothing that a connection string would need quotes for.</param>
internal sealed class LocalPostgresResource(string name, string command, string workingDirectory, ParameterResource password)
    : ExecutableResource(name, command, workingDirectory), IResourceWithConnectionString
{
    /// <summary>The endpoint that clients connect to.</summary>
    public const string EndpointName = "tcp";

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"Host=127.0.0.1;Port={new EndpointReference(this, EndpointName).Property(EndpointProperty.Port)};Username=postgres;Password={password};Database=flipr");
}
