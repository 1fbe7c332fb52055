// One platform at a time: the machine has few processors, and a starting one would slow the other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
