// The applications share two cores and the variables of this process: one after the other they are as fast, and a failure is easier to read.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
