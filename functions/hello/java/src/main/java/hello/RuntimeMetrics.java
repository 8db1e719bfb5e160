package hello;

import com.google.gson.JsonObject;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** The JVM's own numbers. */
final class RuntimeMetrics {
    private RuntimeMetrics() {}

    static JsonObject read() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long collections = 0;
        long collectionMs = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections += Math.max(0, collector.getCollectionCount()); // -1 is "not counted"
            collectionMs += Math.max(0, collector.getCollectionTime());
        }
        JsonObject metrics = new JsonObject();
        metrics.addProperty("heapUsedBytes", memory.getHeapMemoryUsage().getUsed());
        metrics.addProperty("heapCommittedBytes", memory.getHeapMemoryUsage().getCommitted());
        metrics.addProperty("nonHeapUsedBytes", memory.getNonHeapMemoryUsage().getUsed());
        metrics.addProperty("collections", collections);
        metrics.addProperty("collectionMs", collectionMs);
        metrics.addProperty("loadedClasses", ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        metrics.addProperty("threads", ManagementFactory.getThreadMXBean().getThreadCount());
        var compiler = ManagementFactory.getCompilationMXBean(); // null where nothing compiles
        if (compiler != null && compiler.isCompilationTimeMonitoringSupported()) {
            metrics.addProperty("jitMs", compiler.getTotalCompilationTime());
        }
        return metrics;
    }
}
