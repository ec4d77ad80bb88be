using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Tests;

public class DatabaseUrlTests
{
    [Theory]
    // host, port, database, user, password of each form
    [InlineData("postgres://u:p@h/db", "h", 5432, "db", "u", "p")]
    [InlineData("postgresql://u:p@h:5433/db", "h", 5433, "db", "u", "p")]
    [InlineData("POSTGRES://u:p@h/db", "h", 5432, "db", "u", "p")]
    [InlineData("postgresql://u:p@h/db?sslmode=require", "h", 5432, "db", "u", "p")]
    [InlineData("postgresql://u@h/db", "h", 5432, "db", "u", null)]
    [InlineData("postgresql://h/db", "h", 5432, "db", "postgres", null)]
    [InlineData("postgresql://u:p@/db", "localhost", 5432, "db", "u", "p")]
    [InlineData("postgresql://u:p@:5432/db", "localhost", 5432, "db", "u", "p")]
    [InlineData("postgres:///db", "localhost", 5432, "db", "postgres", null)]
    [InlineData("postgres://:@/db", "localhost", 5432, "db", "postgres", null)]
    [InlineData("DATABASE_URL=postgres://u:p@h/db", "h", 5432, "db", "u", "p")]
    [InlineData("DATABASE_URL=\"postgres://u:p@h/db\"", "h", 5432, "db", "u", "p")]
    [InlineData("'DATABASE_URL=postgres://u:p@h/db'", "h", 5432, "db", "u", "p")]
    [InlineData("  \"postgres://u:p@h/db\"  ", "h", 5432, "db", "u", "p")]
    [InlineData(" ' postgres://u:p@h/db ' ", "h", 5432, "db", "u", "p")]
    [InlineData("postgresql://u:pass\n@h:5432/db", "h", 5432, "db", "u", "pass")]
    [InlineData("postgresql://u:pass\r\n@h:5432/db\r\n", "h", 5432, "db", "u", "pass")]
    [InlineData("DATABASE_URL=postgresql://u:pass\n@h:5432/db", "h", 5432, "db", "u", "pass")]
    [InlineData("DATABASE_URL=\npostgresql://u:p@h/db", "h", 5432, "db", "u", "p")]
    [InlineData("postgresql://u:p@$$w0rd!@h:5432/db", "h", 5432, "db", "u", "p@$$w0rd!")]
    [InlineData("postgresql://u:aB8@m$K#q*v7^E!6/x:9@db.example.co:5432/db", "db.example.co", 5432, "db", "u", "aB8@m$K#q*v7^E!6/x:9")]
    [InlineData("postgresql://u:a?b@h/db", "h", 5432, "db", "u", "a?b")]
    [InlineData("postgresql://u:p%40ss%2Fw@h/db", "h", 5432, "db", "u", "p@ss/w")]
    [InlineData("postgresql://u:50%off@h/db", "h", 5432, "db", "u", "50%off")]
    [InlineData("postgresql://us%40er:p@h/my%20db", "h", 5432, "my db", "us@er", "p")]
    [InlineData("postgresql://u:p@[::1]:5433/db", "::1", 5433, "db", "u", "p")]
    [InlineData("postgresql://u:p@h/db?application_name=a@b", "h", 5432, "db", "u", "p")]
    [InlineData("postgresql://u.ref:p@h.pooler.example.com:6543/postgres?pgbouncer=true&connection_limit=1", "h.pooler.example.com", 6543, "postgres", "u.ref", "p")]
    [InlineData("Host=h;Port=5433;Database=db;Username=u;Password='p@;x'", "h", 5433, "db", "u", "p@;x")]
    public void Pasted_forms_are_read(string pasted, string host, int port, string database, string user, string? password)
    {
        NpgsqlConnectionStringBuilder connection = DatabaseUrl.Parse(pasted);

        Assert.Equal(
            (host, port, database, user, password),
            (connection.Host, connection.Port, connection.Database, connection.Username, string.IsNullOrEmpty(connection.Password) ? null : connection.Password));
    }

    [Fact]
    public void Parameters_are_kept()
    {
        NpgsqlConnectionStringBuilder connection = DatabaseUrl.Parse(
            "postgres://u:p@h/db?sslmode=verify-full&application_name=flipr%20api&connect_timeout=7&channel_binding=require&target_session_attrs=read-write");

        Assert.Equal(
            (SslMode.VerifyFull, "flipr api", 7, ChannelBinding.Require, "read-write"),
            (connection.SslMode, connection.ApplicationName, connection.Timeout, connection.ChannelBinding, connection.TargetSessionAttributes));
    }

    [Theory]
    [InlineData("postgres://u:p@h/db?target_session_attrs=read-write")]
    [InlineData("postgres://u:p@h/db?target_session_attrs=primary&Multiplexing=true&Pooling=false")]
    [InlineData("Host=h,i;Database=db;Target Session Attributes=primary")]
    public void What_asks_for_a_choice_of_hosts_can_be_used_with_one(string pasted) => PostgresDataSource.Create(DatabaseUrl.Parse(pasted)).Dispose();

    [Fact]
    public void A_unix_socket_can_be_the_host() =>
        Assert.Equal("/var/run/postgresql", DatabaseUrl.Parse("postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/db").Host);

    [Theory]
    [InlineData("postgres://u:s3cret@h", "database name")]
    [InlineData("postgres://u:s3cret@h/", "database name")]
    [InlineData("postgres://u:s3cret@h:5432/?sslmode=require", "database name")]
    [InlineData("mysql://u:s3cret@h/db", "scheme mysql://")]
    [InlineData("postgresql+asyncpg://u:s3cret@h/db", "scheme postgresql+asyncpg://")]
    [InlineData("postgres://u:s3cret@h:54x2/db", "port")]
    [InlineData("postgres://u:s3cret@h:99999/db", "port")]
    [InlineData("postgres://u:s3cret@h:0/db", "port")]
    [InlineData("postgres://u:s3cret@bad host/db", "host")]
    [InlineData("postgres://u:s3cret@h/db?sslmode=s3cret", "sslmode")]
    [InlineData("my database", "neither a URL nor a connection string")]
    [InlineData("psql s3cret=1", "no scheme")]
    [InlineData("psql postgres://u:s3cret@h/db?sslmode=require", "no scheme")]
    public void What_cannot_be_read_is_named_without_its_password(string pasted, string part)
    {
        StartupException exception = Assert.Throws<StartupException>(() => DatabaseUrl.Parse(pasted));

        Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Expected postgresql://user:password@host:5432/database", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", exception.Message, StringComparison.Ordinal);
    }
}
