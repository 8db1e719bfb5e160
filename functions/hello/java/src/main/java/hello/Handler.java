package hello;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The benchmarked function in Java, under the contract of functions/CONTRACT.md. */
public final class Handler implements RequestStreamHandler {
    // The JVM counts in clock ticks, so cpuMs moves in steps of 10 ms on Linux.
    private static final com.sun.management.OperatingSystemMXBean OPERATING_SYSTEM =
            ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);

    private static final SecureRandom RANDOM = new SecureRandom();

    // Drawn in the first invocation: what loading leaves may be restored many times.
    private String environmentId;
    private int invocation;

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        long cpuAtStart = OPERATING_SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        invocation++;
        if (environmentId == null) {
            environmentId = randomId();
        }

        JsonObject response;
        try {
            Event event = Event.parse(new String(input.readAllBytes(), StandardCharsets.UTF_8));
            response = respond(200, answer(event, cpuAtStart, start));
        } catch (Event.BadEventException e) {
            JsonObject body = new JsonObject();
            body.addProperty("error", e.getMessage());
            response = respond(400, body);
        }
        output.write(response.toString().getBytes(StandardCharsets.UTF_8));
    }

    private JsonObject answer(Event event, long cpuAtStart, long start) {
        String answer = event.workload().equals(Event.SHA256) ? Sha256Chain.of(event.iterations()) : "";
        JsonObject metrics = RuntimeMetrics.read();

        long wall = System.nanoTime() - start;
        long cpu = OPERATING_SYSTEM.getProcessCpuTime();
        JsonObject body = new JsonObject();
        body.addProperty("message", "Hello, world!");
        body.addProperty("language", "java");
        body.addProperty("runtimeVersion", System.getProperty("java.version"));
        body.addProperty("architecture", architecture());
        body.addProperty("environmentId", environmentId);
        body.addProperty("invocation", invocation);
        body.addProperty("initializationType", variable("AWS_LAMBDA_INITIALIZATION_TYPE"));
        body.addProperty("functionVersion", variable("AWS_LAMBDA_FUNCTION_VERSION"));
        body.addProperty("cpuMs", (cpu - cpuAtStart) / 1e6);
        body.addProperty("processCpuMs", cpu / 1e6);
        body.addProperty("wallMs", wall / 1e6);
        body.addProperty("answer", answer);
        body.add("metrics", metrics);
        return body;
    }

    private static JsonObject respond(int statusCode, JsonElement body) {
        JsonObject headers = new JsonObject();
        headers.addProperty("content-type", "application/json");
        JsonObject response = new JsonObject();
        response.addProperty("statusCode", statusCode);
        response.add("headers", headers);
        response.addProperty("body", body.toString());
        return response;
    }

    /** The processor in Lambda's words. */
    private static String architecture() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64" -> "x86_64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    private static String variable(String name) {
        return System.getenv().getOrDefault(name, "");
    }

    private static String randomId() {
        byte[] id = new byte[16];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
