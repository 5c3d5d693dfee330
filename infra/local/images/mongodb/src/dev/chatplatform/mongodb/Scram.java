package dev.chatplatform.mongodb;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;

/** The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding. */
final class Scram {
    static final String MECHANISM = "SCRAM-SHA-256";

    private final SecureRandom random = new SecureRandom();
    private final Function<String, Optional<Verifier>> users;
    /** What somebody unknown is tried against, so that they learn nothing by the time it takes. */
    private final Verifier nobody = Verifier.of("nobody");

    Scram(Function<String, Optional<Verifier>> users) {
        this.users = users;
    }

    /** One login attempt: {@code challenge} made from the client's first message, then {@link #prove}. */
    final class Exchange {
        final String challenge;
        final boolean skipEmptyExchange;
        private final String clientFirstBare;
        private final String nonce;
        private final boolean knownUser;
        private final Verifier verifier;

        private Exchange(String clientFirstBare, boolean skipEmptyExchange) {
            this.clientFirstBare = clientFirstBare;
            this.skipEmptyExchange = skipEmptyExchange;
            byte[] fresh = new byte[24];
            random.nextBytes(fresh);
            nonce = attribute(clientFirstBare, 'r').orElse("") + Base64.getEncoder().encodeToString(fresh);
            String name = attribute(clientFirstBare, 'n').orElse("").replace("=2C", ",").replace("=3D", "=");
            Optional<Verifier> known = users.apply(name);
            knownUser = known.isPresent();
            verifier = known.orElse(nobody);
            String salt = Base64.getEncoder().encodeToString(verifier.salt());
            challenge = "r=" + nonce + ",s=" + salt + ",i=" + Verifier.ITERATIONS;
        }

        /** @return the server's signature, or empty when the user or the password is wrong */
        Optional<String> prove(String clientFinal) throws GeneralSecurityException {
            int proofAt = clientFinal.lastIndexOf(",p=");
            if (proofAt < 0 || !attribute(clientFinal, 'r').equals(Optional.of(nonce))) {
                return Optional.empty();
            }
            String authMessage = clientFirstBare + "," + challenge + "," + clientFinal.substring(0, proofAt);
            byte[] proof = decode(clientFinal.substring(proofAt + 3));
            byte[] signature = Verifier.hmac(verifier.storedKey(), authMessage);
            if (proof.length != signature.length) {
                return Optional.empty();
            }
            byte[] clientKey = new byte[proof.length];
            for (int i = 0; i < proof.length; i++) {
                clientKey[i] = (byte) (proof[i] ^ signature[i]);
            }
            byte[] offered = MessageDigest.getInstance("SHA-256").digest(clientKey);
            // Both are always computed, so that an unknown name takes as long as a wrong password.
            boolean passwordMatches = MessageDigest.isEqual(offered, verifier.storedKey());
            return passwordMatches && knownUser
                ? Optional.of("v=" + Base64.getEncoder().encodeToString(Verifier.hmac(verifier.serverKey(), authMessage)))
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
}
