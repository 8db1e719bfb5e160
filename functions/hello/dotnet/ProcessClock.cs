using System.Runtime.InteropServices;

namespace Hello;

/// <summary>
/// The user and system time of the whole process. Process.TotalProcessorTime of .NET 8 counts in clock ticks
/// of 10 ms on Linux, too coarse for one invocation, so this asks the C library.
/// </summary>
internal static class ProcessClock
{
    private const int ProcessCpuTime = 2; // CLOCK_PROCESS_CPUTIME_ID

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [DllImport("libc.so.6", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out Timespec time);

    public static TimeSpan Now()
    {
        if (GetTime(ProcessCpuTime, out var time) != 0)
        {
            throw new InvalidOperationException("clock_gettime refuses CLOCK_PROCESS_CPUTIME_ID");
        }
        return TimeSpan.FromTicks((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
    }
}
