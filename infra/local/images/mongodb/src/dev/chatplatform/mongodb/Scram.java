package dev.chatplatform.mongodb;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) for one user, without channel binding. */
final class Scram {
    static final String MECHANISM = "SCRAM-SHA-256";
    private static final int ITERATIONS = 15_000;

    private final SecureRandom random = new SecureRandom();
    private final String username;
    private final byte[] salt = new byte[28];
    private final byte[] storedKey;
    private final byte[] serverKey;

    Scram(Credentials credentials) throws GeneralSecurityException {
        username = credentials.username();
        random.nextBytes(salt);
        // SASLprep reduced to its normalisation: it is the identity on the ASCII passwords in use.
        char[] password = Normalizer.normalize(credentials.password(), Normalizer.Form.NFKC).toCharArray();
        PBEKeySpec spec = new PBEKeySpec(password, salt, ITERATIONS, 256);
        byte[] salted = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
        storedKey = MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key"));
        serverKey = hmac(salted, "Server Key");
    }

    /** One login attempt: {@code challenge} made from the client's first message, then {@link #prove}. */
    final class Exchange {
        final String challenge;
        final boolean skipEmptyExchange;
        private final String clientFirstBare;
        private final String nonce;
        private final boolean knownUser;

        private Exchange(String clientFirstBare, boolean skipEmptyExchange) {
            this.clientFirstBare = clientFirstBare;
            this.skipEmptyExchange = skipEmptyExchange;
            byte[] fresh = new byte[24];
            random.nextBytes(fresh);
            nonce = attribute(clientFirstBare, 'r').orElse("") + Base64.getEncoder().encodeToString(fresh);
            String name = attribute(clientFirstBare, 'n').orElse("").replace("=2C", ",").replace("=3D", "=");
            knownUser = name.equals(username);
            challenge = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(salt) + ",i=" + ITERATIONS;
        }

        /** @return the server's signature, or empty when the user or the password is wrong */
        Optional<String> prove(String clientFinal) throws GeneralSecurityException {
            int proofAt = clientFinal.lastIndexOf(",p=");
            if (proofAt < 0 || !attribute(clientFinal, 'r').equals(Optional.of(nonce))) {
                return Optional.empty();
            }
            String authMessage = clientFirstBare + "," + challenge + "," + clientFinal.substring(0, proofAt);
            byte[] proof = decode(clientFinal.substring(proofAt + 3));
            byte[] signature = hmac(storedKey, authMessage);
            if (proof.length != signature.length) {
                return Optional.empty();
            }
            byte[] clientKey = new byte[proof.length];
            for (int i = 0; i < proof.length; i++) {
                clientKey[i] = (byte) (proof[i] ^ signature[i]);
            }
            byte[] offered = MessageDigest.getInstance("SHA-256").digest(clientKey);
            // Both are always computed, so that an unknown name takes as long as a wrong password.
            boolean passwordMatches = MessageDigest.isEqual(offered, storedKey);
            return passwordMatches && knownUser
                ? Optional.of("v=" + Base64.getEncoder().encodeToString(hmac(serverKey, authMessage)))
                : Optional.empty();
        }
    }

    /**
     * @param clientFirst {@code n,,n=<user>,r=<nonce>}
     * @return empty when the message is malformed or asks for channel binding
     */
    Optional<Exchange> begin(String clientFirst, boolean skipEmptyExchange) {
        boolean wellFormed = clientFirst.startsWith("n,,") && attribute(clientFirst.substring(3), 'r').isPresent();
        return wellFormed ? Optional.of(new Exchange(clientFirst.substring(3), skipEmptyExchange)) : Optional.empty();
    }

    private static Optional<String> attribute(String message, char name) {
        return Arrays.stream(message.split(","))
            .filter(part -> part.startsWith(name + "="))
            .map(part -> part.substring(2))
            .findFirst();
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            return new byte[0];
        }
    }

    private static byte[] hmac(byte[] key, String message) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
    }
}
