using System.Runtime;

namespace Hello;

/// <summary>The runtime's own numbers.</summary>
internal static class RuntimeMetrics
{
    public static Dictionary<string, double> Read() => new()
    {
        ["heapBytes"] = GC.GetTotalMemory(forceFullCollection: false),
        ["allocatedBytes"] = GC.GetTotalAllocatedBytes(),
        ["gen0Collections"] = GC.CollectionCount(0),
        ["gen1Collections"] = GC.CollectionCount(1),
        ["gen2Collections"] = GC.CollectionCount(2),
        ["collectionPauseMs"] = GC.GetTotalPauseDuration().TotalMilliseconds,
        ["jitMethods"] = JitInfo.GetCompiledMethodCount(),
        ["jitMs"] = JitInfo.GetCompilationTime().TotalMilliseconds,
        ["threads"] = ThreadPool.ThreadCount,
        ["residentBytes"] = Environment.WorkingSet,
    };
}
