using System.Text.Json;

namespace Hello;

/// <summary>The event breaks the contract; the message says how.</summary>
internal sealed class BadEventException(string message) : Exception(message);

/// <summary>What the function is asked to do.</summary>
internal sealed record Event(string Workload, int Iterations)
{
    public const string Hello = "hello";
    public const string Sha256 = "sha256";
    private const int MaxIterations = 10_000_000;

    /// <summary>Reads the event itself, or the body of an API Gateway proxy event.</summary>
    public static Event Parse(Stream input)
    {
        try
        {
            using var document = JsonDocument.Parse(input);
            var fields = document.RootElement;
            if (Field(fields, "requestContext") is not { ValueKind: JsonValueKind.Object })
            {
                return FromFields(fields);
            }
            using var body = JsonDocument.Parse(Body(fields));
            return FromFields(body.RootElement);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw NotAnObject();
        }
    }

    private static Event FromFields(JsonElement fields)
    {
        var workload = Hello;
        if (Field(fields, "workload") is { } name)
        {
            workload = name.ValueKind == JsonValueKind.String ? name.GetString()! : "";
            if (workload is not (Hello or Sha256))
            {
                throw new BadEventException("workload must be \"hello\" or \"sha256\"");
            }
        }
        var iterations = 0.0;
        if (Field(fields, "iterations") is { } number
            && (number.ValueKind != JsonValueKind.Number
                || !number.TryGetDouble(out iterations)
                || iterations != Math.Truncate(iterations)
                || iterations is < 0 or > MaxIterations))
        {
            throw new BadEventException($"iterations must be a whole number from 0 to {MaxIterations}");
        }
        return new Event(workload, (int)iterations);
    }

    private static ReadOnlyMemory<byte> Body(JsonElement proxy)
    {
        if (Field(proxy, "body") is not { } body)
        {
            return "null"u8.ToArray();
        }
        if (body.ValueKind != JsonValueKind.String)
        {
            throw NotAnObject();
        }
        var text = body.GetString()!;
        if (text.Length == 0)
        {
            return "null"u8.ToArray();
        }
        return Field(proxy, "isBase64Encoded") is { ValueKind: JsonValueKind.True }
            ? Convert.FromBase64String(text)
            : System.Text.Encoding.UTF8.GetBytes(text);
    }

    /// <summary>A field of an object; null where it is absent or null. Null instead of an object is an empty one.</summary>
    private static JsonElement? Field(JsonElement fields, string name)
    {
        if (fields.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        if (fields.ValueKind != JsonValueKind.Object)
        {
            throw NotAnObject();
        }
        return fields.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private static BadEventException NotAnObject() => new("the event must be a JSON object");
}
