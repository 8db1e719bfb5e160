using System.Runtime;
using System.Runtime.CompilerServices;

namespace Hello;

/// <summary>The runtime's own numbers.</summary>
internal static class RuntimeMetrics
{
    public static Dictionary<string, double> Read()
    {
        var metrics = new Dictionary<string, double>
        {
            ["heapBytes"] = GC.GetTotalMemory(forceFullCollection: false),
            ["allocatedBytes"] = GC.GetTotalAllocatedBytes(),
            ["gen0Collections"] = GC.CollectionCount(0),
            ["gen1Collections"] = GC.CollectionCount(1),
            ["gen2Collections"] = GC.CollectionCount(2),
            ["collectionPauseMs"] = GC.GetTotalPauseDuration().TotalMilliseconds,
            ["threads"] = ThreadPool.ThreadCount,
            ["residentBytes"] = Environment.WorkingSet,
        };
        // Native AOT has no JIT: a zero that nothing counted is no measurement.
        if (RuntimeFeature.IsDynamicCodeCompiled)
        {
            metrics["jitMethods"] = JitInfo.GetCompiledMethodCount();
            metrics["jitMs"] = JitInfo.GetCompilationTime().TotalMilliseconds;
        }
        return metrics;
    }
}
