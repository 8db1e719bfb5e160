using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hello;

/// <summary>The benchmarked function in .NET, under the contract of functions/CONTRACT.md.</summary>
public sealed class Function
{
    /// <summary>A quote is written as \" like in the other languages: the default is \u0022, which is meant for HTML.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Drawn in the first invocation: what loading leaves may be restored many times.</summary>
    private string? environmentId;
    private int invocation;

    public Task<Stream> Handle(Stream input)
    {
        var cpuAtStart = ProcessClock.Now();
        var start = Stopwatch.GetTimestamp();
        invocation++;
        environmentId ??= Hex(RandomNumberGenerator.GetBytes(16));

        try
        {
            var request = Event.Parse(input);
            return Respond(200, body => WriteAnswer(body, request, cpuAtStart, start));
        }
        catch (BadEventException e)
        {
            return Respond(400, body => body.WriteString("error", e.Message));
        }
    }

    private void WriteAnswer(Utf8JsonWriter body, Event request, TimeSpan cpuAtStart, long start)
    {
        var answer = request.Workload == Event.Sha256 ? Sha256Chain(request.Iterations) : "";
        var metrics = RuntimeMetrics.Read();

        var wall = Stopwatch.GetElapsedTime(start);
        var cpu = ProcessClock.Now();
        body.WriteString("message", "Hello, world!");
        body.WriteString("language", "dotnet");
        body.WriteString("runtimeVersion", Environment.Version.ToString());
        body.WriteString("architecture", Architecture());
        body.WriteString("environmentId", environmentId);
        body.WriteNumber("invocation", invocation);
        body.WriteString("initializationType", Variable("AWS_LAMBDA_INITIALIZATION_TYPE"));
        body.WriteString("functionVersion", Variable("AWS_LAMBDA_FUNCTION_VERSION"));
        body.WriteNumber("cpuMs", (cpu - cpuAtStart).TotalMilliseconds);
        body.WriteNumber("processCpuMs", cpu.TotalMilliseconds);
        body.WriteNumber("wallMs", wall.TotalMilliseconds);
        body.WriteString("answer", answer);
        body.WriteStartObject("metrics");
        foreach (var (name, value) in metrics)
        {
            body.WriteNumber(name, value);
        }
        body.WriteEndObject();
    }

    private static Task<Stream> Respond(int statusCode, Action<Utf8JsonWriter> writeBody)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Plain))
        {
            json.WriteStartObject();
            writeBody(json);
            json.WriteEndObject();
        }
        var response = new MemoryStream();
        using (var json = new Utf8JsonWriter(response, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("statusCode", statusCode);
            json.WriteStartObject("headers");
            json.WriteString("content-type", "application/json");
            json.WriteEndObject();
            json.WriteString("body", Encoding.UTF8.GetString(body.WrittenSpan));
            json.WriteEndObject();
        }
        response.Position = 0;
        return Task.FromResult<Stream>(response);
    }

    /// <summary>Hashes 32 zero bytes, then the hash, and so on.</summary>
    private static string Sha256Chain(int iterations)
    {
        var block = new byte[SHA256.HashSizeInBytes];
        for (var i = 0; i < iterations; i++)
        {
            block = SHA256.HashData(block);
        }
        return Hex(block);
    }

    /// <summary>The processor in Lambda's words.</summary>
    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";
}
