// Most of the time of a test here is waiting: for a process, a timeout, a heartbeat.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
