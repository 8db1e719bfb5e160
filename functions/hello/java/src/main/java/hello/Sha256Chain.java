package hello;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes 32 zero bytes, then the hash, and so on. */
final class Sha256Chain {
    private Sha256Chain() {}

    static String of(int iterations) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[32];
            for (int i = 0; i < iterations; i++) {
                sha256.update(block);
                sha256.digest(block, 0, block.length);
            }
            return HexFormat.of().formatHex(block);
        } catch (NoSuchAlgorithmException | DigestException e) {
            throw new IllegalStateException("every JVM has SHA-256, and 32 bytes hold its hash", e);
        }
    }
}
