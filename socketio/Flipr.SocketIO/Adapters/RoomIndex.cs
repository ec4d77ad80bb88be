namespace Flipr.SocketIO.Adapters;

/// <summary>Who is in which room, on this server. Thread-safe.</summary>
/// <typeparam name="TMember">What joins: a socket, known to the index by reference.</typeparam>
internal sealed class RoomIndex<TMember>
    where TMember : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<TMember, HashSet<string>> _roomsOf = [];
    private TMember[]? _everyone;

    // Changes that the listener has yet to be told of, in the order in which they happened.
    private readonly Queue<RoomChange> _untold = [];
    private bool _isTelling;

    /// <summary>
    /// Told of every change, one after the other in the order in which they happened, under no lock: by whoever made the change,
    /// or by whoever is telling of an earlier one at that moment. It may change the rooms itself, and is told of that next.
    /// </summary>
    public Action<RoomChange>? Listener { get; set; }

    /// <summary>How many members there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _members.Count;
            }
        }
    }

    /// <summary>The rooms, and how many members each has.</summary>
    public IReadOnlyDictionary<string, int> CountMembers()
    {
        lock (_lock)
        {
            return _rooms.ToDictionary(static room => room.Key, static room => room.Value.Count, StringComparer.Ordinal);
        }
    }

    /// <summary>Adds a member, which is in the room of its own id from now on.</summary>
    public void Add(string id, TMember member)
    {
        lock (_lock)
        {
            _members[id] = member;
            _everyone = null;
        }
    }

    /// <summary>Removes a member from every room.</summary>
    public void Remove(string id, TMember member)
    {
        List<string>? emptied = null;
        lock (_lock)
        {
            if (!_members.Remove(id))
            {
                return;
            }

            _everyone = null;
            if (_roomsOf.Remove(member, out HashSet<string>? rooms))
            {
                foreach (string room in rooms)
                {
                    bool isEmptied = LeaveLocked(room, member);
                    NoteLocked(new RoomChange(RoomChangeKind.Left, room, id));
                    if (isEmptied)
                    {
                        (emptied ??= []).Add(room);
                    }
                }
            }

            foreach (string room in emptied ?? [])
            {
                NoteLocked(new RoomChange(RoomChangeKind.Deleted, room));
            }
        }

        Tell();
    }

    /// <summary>Puts a member into a room.</summary>
    /// <returns>Whether the member is in it now: not if it is no member any more, or is in <paramref name="limit"/> rooms already.</returns>
    public bool Join(string id, TMember member, string name, int limit)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            if (!_members.ContainsKey(id))
            {
                return false;
            }

            if (name == id)
            {
                return true;
            }

            if (!_roomsOf.TryGetValue(member, out HashSet<string>? rooms))
            {
                _roomsOf[member] = rooms = new HashSet<string>(StringComparer.Ordinal);
            }

            if (rooms.Contains(name))
            {
                return true;
            }

            if (rooms.Count >= limit)
            {
                return false;
            }

            // The room first: what cannot be a room is then in nobody's list of rooms either.
            if (!_rooms.TryGetValue(name, out Room? room))
            {
                _rooms[name] = room = new Room();
                NoteLocked(new RoomChange(RoomChangeKind.Created, name));
            }

            room.Add(member);
            rooms.Add(name);
            NoteLocked(new RoomChange(RoomChangeKind.Joined, name, id));
        }

        Tell();
        return true;
    }

    /// <summary>Takes a member out of a room.</summary>
    public void Leave(string id, TMember member, string name)
    {
        lock (_lock)
        {
            if (!_roomsOf.TryGetValue(member, out HashSet<string>? rooms) || !rooms.Remove(name))
            {
                return;
            }

            bool isEmptied = LeaveLocked(name, member);
            NoteLocked(new RoomChange(RoomChangeKind.Left, name, id));
            if (isEmptied)
            {
                NoteLocked(new RoomChange(RoomChangeKind.Deleted, name));
            }
        }

        Tell();
    }

    /// <summary>The rooms a member is in, that of its own id first.</summary>
    public IReadOnlyCollection<string> RoomsOf(string id, TMember member)
    {
        lock (_lock)
        {
            return !_members.ContainsKey(id) ? [] : _roomsOf.TryGetValue(member, out HashSet<string>? rooms) ? [id, .. rooms] : [id];
        }
    }

    /// <summary>The member with an id.</summary>
    public TMember? Find(string id)
    {
        lock (_lock)
        {
            return _members.GetValueOrDefault(id);
        }
    }

    /// <summary>Everyone in any of <paramref name="rooms"/> (all members, if there are none) and in none of <paramref name="except"/>, each once.</summary>
    /// <returns>A snapshot, which may be shared: not to be written to.</returns>
    public IReadOnlyCollection<TMember> Select(ReadOnlySpan<string> rooms, ReadOnlySpan<string> except)
    {
        lock (_lock)
        {
            if (except.IsEmpty && rooms.IsEmpty)
            {
                return _everyone ??= [.. _members.Values];
            }

            if (except.IsEmpty && rooms.Length == 1)
            {
                return MembersLocked(rooms[0]);
            }

            var selected = new HashSet<TMember>();
            if (rooms.IsEmpty)
            {
                selected.UnionWith(_members.Values);
            }

            foreach (string room in rooms)
            {
                selected.UnionWith(MembersLocked(room));
            }

            foreach (string room in except)
            {
                selected.ExceptWith(MembersLocked(room));
            }

            return selected;
        }
    }

    private TMember[] MembersLocked(string name)
    {
        // The room of its own id exists for every member without being stored.
        TMember[] inRoom = _rooms.TryGetValue(name, out Room? room) ? room.Snapshot() : [];
        return _members.TryGetValue(name, out TMember? self) ? [self, .. inRoom] : inRoom;
    }

    private bool LeaveLocked(string name, TMember member)
    {
        Room room = _rooms[name];
        room.Remove(member);
        return room.IsEmpty && _rooms.Remove(name);
    }

    private void NoteLocked(RoomChange change)
    {
        if (Listener is not null)
        {
            _untold.Enqueue(change);
        }
    }

    /// <exception cref="AggregateException">The listener threw; it has been told of everything nevertheless.</exception>
    private void Tell()
    {
        if (Listener is not { } listener)
        {
            return;
        }

        lock (_lock)
        {
            if (_isTelling)
            {
                return;
            }

            _isTelling = true;
        }

        List<Exception>? failures = null;
        while (true)
        {
            RoomChange change;
            lock (_lock)
            {
                if (!_untold.TryDequeue(out change))
                {
                    _isTelling = false;
                    break;
                }
            }

            try
            {
                listener(change);
            }
            catch (Exception exception)
            {
                (failures ??= []).Add(exception);
            }
        }

        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }

    /// <summary>A set of members with a snapshot that lasts until the next change: broadcasts are far more frequent.</summary>
    private sealed class Room
    {
        private readonly HashSet<TMember> _members = [];
        private TMember[]? _snapshot;

        public bool IsEmpty => _members.Count == 0;

        public int Count => _members.Count;

        public void Add(TMember member)
        {
            _members.Add(member);
            _snapshot = null;
        }

        public void Remove(TMember member)
        {
            _members.Remove(member);
            _snapshot = null;
        }

        public TMember[] Snapshot() => _snapshot ??= [.. _members];
    }
}
