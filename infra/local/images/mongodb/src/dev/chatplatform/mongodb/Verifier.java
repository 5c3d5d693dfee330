package dev.chatplatform.mongodb;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** What a server keeps of a password for SCRAM-SHA-256: enough to check it, not enough to log in by it. */
record Verifier(byte[] salt, byte[] storedKey, byte[] serverKey) {
    static final int ITERATIONS = 15_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    static Verifier of(String password) {
        try {
            byte[] salt = new byte[28];
            RANDOM.nextBytes(salt);
            // SASLprep reduced to its normalisation: it is the identity on the ASCII passwords in use.
            char[] normal = Normalizer.normalize(password, Normalizer.Form.NFKC).toCharArray();
            PBEKeySpec spec = new PBEKeySpec(normal, salt, ITERATIONS, 256);
            byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
            byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
            return new Verifier(salt, storedKey, hmac(salted, "Server Key"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
        }
    }

    /** Three words in base64. */
    String text() {
        return Stream.of(salt, storedKey, serverKey)
            .map(Base64.getEncoder()::encodeToString)
            .collect(Collectors.joining(" "));
    }

    static Verifier parse(String text) {
        byte[][] parts = Arrays.stream(text.split(" ")).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
        return new Verifier(parts[0], parts[1], parts[2]);
    }

    static byte[] hmac(byte[] key, String message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
    }
}
