using System.Globalization;

namespace Flipr.Api.Tests;

/// <summary>
/// Random histories against a model that is a dictionary: writers, hands, commits, rollbacks, deletes, instances that come and go, clients that reconnect. Afterwards every
/// client must hold what the model holds, and must have taken every change of the log since it came, once, in order.
/// </summary>
public sealed class ChangeModelTests(PostgresServer postgres)
{
    private const int Steps = 120;
    private const int Ids = 12;

    public static TheoryData<string, int> Histories => [.. from database in (string[])["SQLite", "PostgreSQL"] from seed in Enumerable.Range(1, 4) select (database, seed)];

    [Theory]
    [MemberData(nameof(Histories))]
    public async Task Whatever_happens_every_client_ends_with_what_is_stored(string kind, int seed)
    {
        using TestDatabase database = kind == "SQLite" ? TestDatabase.OfSqlite() : await TestDatabase.OfPostgresAsync(postgres);
        var random = new Random(seed);
        var model = new Dictionary<string, int>();
        var instances = new List<ApiHost> { database.Start() };
        var replicas = new List<Replica>();
        try
        {
            await AddReplicaAsync();
            for (int step = 0; step < Steps; step++)
            {
                await StepAsync(step);
            }

            await StoreAsync("last", Steps);
            string end = (await Any(instances).PropertyAsync("last")).GetProperty("cursor").GetString()!;
            await using var witness = new Replica();
            await witness.ConnectAsync(instances[0].Url);
            foreach (Replica replica in replicas)
            {
                await replica.KnowAsync(end);
                Assert.Equal(model.OrderBy(listing => listing.Key, StringComparer.Ordinal), replica.Listings.OrderBy(listing => listing.Key, StringComparer.Ordinal));
                Assert.Equal(replica.Taken.Distinct(), replica.Taken);
                Assert.Equal(replica.Taken.Select(Position).Order(), replica.Taken.Select(Position));
            }

            // The first client has been there from the beginning: it took the whole log.
            Assert.Equal(model.OrderBy(listing => listing.Key, StringComparer.Ordinal), witness.Listings.OrderBy(listing => listing.Key, StringComparer.Ordinal));
            Assert.Equal(Position(replicas[0].Taken[^1]), (long)replicas[0].Taken.Count);
            Assert.Equal(model.Count, (await instances[0].GetAsync("/properties")).GetProperty("pagination").GetProperty("total_count").GetInt32());
        }
        finally
        {
            foreach (Replica replica in replicas)
            {
                await replica.DisposeAsync();
            }

            instances.ForEach(instance => instance.Dispose());
        }

        async Task StepAsync(int step)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{random.Next(Ids)}");
            switch (random.Next(20))
            {
                case < 9:
                    await StoreAsync(id, step);
                    break;
                case < 12:
                    using (await Any(instances).Http.DeleteAsync($"/properties/{id}", TestContext.Current.CancellationToken))
                    {
                        model.Remove(id);
                    }

                    break;
                case < 14:
                    await database.ExecuteAsync($"BEGIN; {Put(id, step)}; DELETE FROM properties WHERE id = 'x'; COMMIT");
                    model[id] = step;
                    break;
                case 14:
                    await database.ExecuteAsync($"BEGIN; {Put(id, step)}; DELETE FROM properties WHERE id <> '{id}'; ROLLBACK");
                    break;
                case 15:
                    // Many at once, from wherever.
                    await Parallel.ForAsync(0, 8, async (i, _) => await instances[i % instances.Count].StoreAsync($$"""{"id":"burst {{i}}","n":{{step}}}"""));
                    for (int i = 0; i < 8; i++)
                    {
                        model[$"burst {i}"] = step;
                    }

                    break;
                case 16 when replicas.Count < 6:
                    await AddReplicaAsync();
                    break;
                case 17 when kind == "PostgreSQL" && instances.Count < 3:
                    instances.Add(database.Start());
                    break;
                case 18 when instances.Count > 1:
                    // Its clients go elsewhere.
                    ApiHost gone = instances[^1];
                    instances.Remove(gone);
                    gone.Dispose();
                    foreach (Replica replica in replicas)
                    {
                        await replica.ConnectAsync(Any(instances).Url);
                    }

                    break;
                default:
                    await Any(replicas).ConnectAsync(Any(instances).Url);
                    break;
            }
        }

        async Task StoreAsync(string id, int n)
        {
            await Any(instances).StoreAsync($$"""{"id":"{{id}}","n":{{n}}}""");
            model[id] = n;
        }

        async Task AddReplicaAsync()
        {
            var replica = new Replica();
            replicas.Add(replica);
            await replica.ConnectAsync(Any(instances).Url);
        }

        T Any<T>(List<T> some) => some[random.Next(some.Count)];
    }

    private static string Put(string id, int n) => $$"""
        INSERT INTO properties (id, property_data) VALUES ('{{id}}', '{"n":{{n}}}') ON CONFLICT (id) DO UPDATE SET property_data = excluded.property_data
        """;

    private static long Position(string taken) => long.Parse(taken.Split(' ')[0].Split('-')[1], CultureInfo.InvariantCulture);
}
