using CsCheck;
using Flipr.SocketIO.Adapters;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>The index of rooms against a model that is a set of pairs.</summary>
public class RoomIndexProperties
{
    private const int Limit = 3;

    // Some rooms have the names of members: a socket's id is the room it is always in.
    private static readonly string[] Names = ["m0", "m1", "m2", "m3", "r0", "r1", "r2", "r3", "r4"];

    private static readonly Gen<(int Kind, int Member, int Room, string[] Rooms, string[] Except)> Step = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, Names.Length - 1], Gens.Any(Names).Array[0, 3], Gens.Any(Names).Array[0, 2]);

    [Fact]
    public void The_index_does_what_a_simple_model_does() => Step.Array[0, 60].Sample(static steps =>
    {
        var index = new RoomIndex<Member>();
        var rooms = new Dictionary<string, bool>();
        HashSet<(string Id, string Room)> told = [];
        index.Listener = change =>
        {
            switch (change.Kind)
            {
                case RoomChangeKind.Created or RoomChangeKind.Deleted:
                    bool isNew = change.Kind == RoomChangeKind.Created;
                    Assert.NotEqual(isNew, rooms.GetValueOrDefault(change.Room));
                    Assert.DoesNotContain(told, pair => pair.Room == change.Room);
                    rooms[change.Room] = isNew;
                    break;
                case RoomChangeKind.Joined:
                    Assert.True(rooms.GetValueOrDefault(change.Room) && told.Add((change.Id!, change.Room)));
                    break;
                default:
                    Assert.True(told.Remove((change.Id!, change.Room)));
                    break;
            }
        };
        Member[] members = [.. Enumerable.Range(0, 4).Select(static number => new Member($"m{number}"))];
        HashSet<Member> added = [];
        HashSet<(Member Member, string Room)> joined = [];

        foreach ((int kind, int number, int room, string[] selected, string[] except) in steps)
        {
            Member member = members[number];
            string name = Names[room];
            switch (kind)
            {
                case 0 or 1:
                    if (added.Add(member))
                    {
                        index.Add(member.Id, member);
                    }

                    break;
                case 2:
                    index.Remove(member.Id, member);
                    added.Remove(member);
                    joined.RemoveWhere(pair => pair.Member == member);
                    break;
                case 3 or 4 or 5:
                    bool isOwn = name == member.Id;
                    bool mayJoin = added.Contains(member) && (isOwn || joined.Contains((member, name)) || joined.Count(pair => pair.Member == member) < Limit);
                    Assert.Equal(mayJoin, index.Join(member.Id, member, name, Limit));
                    if (mayJoin && !isOwn)
                    {
                        joined.Add((member, name));
                    }

                    break;
                case 6:
                    index.Leave(member.Id, member, name);
                    joined.Remove((member, name));
                    break;
                default:
                    Assert.Equal(
                        Ids(added.Where(candidate => (selected.Length == 0 || IsInAny(candidate, selected)) && !IsInAny(candidate, except))),
                        Ids(index.Select(selected, except)));
                    break;
            }

            Assert.Equal(added.Count, index.Count);
            Assert.Equal(added.Contains(member) ? member : null, index.Find(member.Id));
            IReadOnlyCollection<string> ofMember = index.RoomsOf(member.Id, member);
            Assert.Equal(
                added.Contains(member) ? [member.Id, .. joined.Where(pair => pair.Member == member).Select(static pair => pair.Room).Order(StringComparer.Ordinal)] : [],
                [.. ofMember.Take(1), .. ofMember.Skip(1).Order(StringComparer.Ordinal)]);
            Assert.Equal(joined.Select(static pair => (pair.Member.Id, pair.Room)).Order(), told.Order());
            Assert.Equal(
                joined.Select(static pair => pair.Room).Distinct().Order(StringComparer.Ordinal),
                rooms.Where(static room => room.Value).Select(static room => room.Key).Order(StringComparer.Ordinal));
        }

        bool IsInAny(Member member, string[] names) => names.Any(room => room == member.Id || joined.Contains((member, room)));
    });

    [Fact]
    public void A_snapshot_does_not_change_with_the_room() => Gens.Any(Names).Array[0, 2].Sample(static rooms =>
    {
        var index = new RoomIndex<Member>();
        var first = new Member("m0");
        index.Add(first.Id, first);
        index.Join(first.Id, first, "r0", Limit);
        IReadOnlyCollection<Member> before = index.Select(rooms, []);
        string[] ids = Ids(before);

        var second = new Member("m1");
        index.Add(second.Id, second);
        Array.ForEach(Names, room => index.Join(second.Id, second, room, Names.Length));

        Assert.Equal(ids, Ids(before));
    });

    // As a list: a member that is selected twice shows.
    private static string[] Ids(IEnumerable<Member> members) => [.. members.Select(static member => member.Id).Order(StringComparer.Ordinal)];

    internal sealed record Member(string Id);
}
