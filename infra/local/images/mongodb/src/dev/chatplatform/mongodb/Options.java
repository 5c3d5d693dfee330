package dev.chatplatform.mongodb;

import java.nio.file.Path;
import java.util.Set;

/**
 * The part of mongod's command line that has a meaning here.
 *
 * @param bindAddress   address to listen on; mongod's default is 127.0.0.1, its container image's is every address
 * @param port          default 27017
 * @param dataDirectory default /data/db
 */
record Options(String bindAddress, int port, Path dataDirectory) {
    /** Flags that tune an engine this is not; leaving them out changes no answer. */
    private static final Set<String> IGNORED_WITH_VALUE = Set.of(
        "--wiredTigerCacheSizeGB", "--wiredTigerCacheSizePct", "--setParameter", "--oplogSize", "--logpath", "--timeZoneInfo");
    private static final Set<String> IGNORED = Set.of("--auth", "--quiet", "--directoryperdb", "--nounixsocket", "--logappend");

    static Options parse(String[] args) {
        String bindAddress = "127.0.0.1";
        int port = 27017;
        String dataDirectory = "/data/db";
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            boolean inline = args[i].startsWith("--") && equals > 0;
            String flag = inline ? args[i].substring(0, equals) : args[i];
            if (IGNORED.contains(flag)) {
                continue;
            }
            if (flag.equals("--bind_ip_all")) {
                bindAddress = "0.0.0.0";
                continue;
            }
            requireKnown(flag);
            String value = inline ? args[i].substring(equals + 1) : valueAfter(args, i++);
            switch (flag) {
                case "--bind_ip" -> bindAddress = value.contains(",") || value.equals("*") ? "0.0.0.0" : value;
                case "--port" -> port = parsePort(value);
                case "--dbpath" -> dataDirectory = value;
                default -> { }
            }
        }
        return new Options(bindAddress, port, Path.of(dataDirectory));
    }

    private static void requireKnown(String flag) {
        boolean known = IGNORED_WITH_VALUE.contains(flag) || Set.of("--bind_ip", "--port", "--dbpath").contains(flag);
        if (!known) {
            throw new IllegalArgumentException(
                "this stand-in for MongoDB does not know " + flag + ": leave it out, or use the real mongod image");
        }
    }

    private static String valueAfter(String[] args, int index) {
        if (index + 1 >= args.length) {
            throw new IllegalArgumentException(args[index] + " needs a value");
        }
        return args[index + 1];
    }

    private static int parsePort(String value) {
        try {
            int port = Integer.parseInt(value);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // falls through to the one message for both
        }
        throw new IllegalArgumentException("--port must be a number from 1 to 65535, not " + value);
    }
}
