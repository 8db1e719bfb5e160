package hello;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What the function is asked to do. */
record Event(String workload, int iterations) {
    static final String HELLO = "hello";
    static final String SHA256 = "sha256";
    private static final int MAX_ITERATIONS = 10_000_000;

    /** The event breaks the contract; the message says how. */
    static final class BadEventException extends Exception {
        private static final long serialVersionUID = 1;

        BadEventException(String message) {
            super(message);
        }
    }

    /** Reads the event itself, or the body of an API Gateway proxy event. */
    static Event parse(String text) throws BadEventException {
        JsonObject event = object(text);
        if (event.get("requestContext") instanceof JsonObject) {
            event = object(body(event));
        }
        return new Event(workload(event.get("workload")), iterations(event.get("iterations")));
    }

    private static String workload(JsonElement value) throws BadEventException {
        if (isAbsent(value)) {
            return HELLO;
        }
        if (value instanceof JsonPrimitive p && p.isString()
                && (p.getAsString().equals(HELLO) || p.getAsString().equals(SHA256))) {
            return p.getAsString();
        }
        throw new BadEventException("workload must be \"hello\" or \"sha256\"");
    }

    private static int iterations(JsonElement value) throws BadEventException {
        if (isAbsent(value)) {
            return 0;
        }
        if (value instanceof JsonPrimitive p && p.isNumber()) {
            double n = p.getAsDouble();
            if (n == Math.rint(n) && n >= 0 && n <= MAX_ITERATIONS) {
                return (int) n;
            }
        }
        throw new BadEventException("iterations must be a whole number from 0 to " + MAX_ITERATIONS);
    }

    private static String body(JsonObject proxy) throws BadEventException {
        JsonElement body = proxy.get("body");
        if (isAbsent(body)) {
            return "";
        }
        if (!(body instanceof JsonPrimitive p && p.isString())) {
            throw notAnObject();
        }
        boolean encoded = proxy.get("isBase64Encoded") instanceof JsonPrimitive flag
                && flag.isBoolean() && flag.getAsBoolean();
        if (!encoded) {
            return body.getAsString();
        }
        try {
            return new String(Base64.getDecoder().decode(body.getAsString()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw notAnObject();
        }
    }

    /** Reads a JSON object; nothing at all and null are an empty one. */
    private static JsonObject object(String text) throws BadEventException {
        if (text.isEmpty()) {
            return new JsonObject();
        }
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw notAnObject();
            }
            if (element.isJsonNull()) {
                return new JsonObject();
            }
            if (element instanceof JsonObject object) {
                return object;
            }
        } catch (IOException | JsonParseException e) {
            // Not JSON, and so no object either.
        }
        throw notAnObject();
    }

    private static boolean isAbsent(JsonElement value) {
        return value == null || value.isJsonNull();
    }

    private static BadEventException notAnObject() {
        return new BadEventException("the event must be a JSON object");
    }
}
