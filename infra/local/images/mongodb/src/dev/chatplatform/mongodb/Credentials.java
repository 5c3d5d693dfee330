package dev.chatplatform.mongodb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The first user, as the official image's environment names it. */
record Credentials(String username, String password) {
    private static final String USERNAME = "MONGO_INITDB_ROOT_USERNAME";
    private static final String PASSWORD = "MONGO_INITDB_ROOT_PASSWORD";

    /** @return empty when neither is set: then no login is asked for, as with mongod */
    static Optional<Credentials> fromEnvironment(Map<String, String> environment) throws IOException {
        Optional<String> username = read(environment, USERNAME);
        Optional<String> password = read(environment, PASSWORD);
        if (username.isPresent() != password.isPresent()) {
            throw new IllegalArgumentException(USERNAME + " and " + PASSWORD + " (or their _FILE forms) go together");
        }
        return username.map(name -> new Credentials(name, password.orElseThrow()));
    }

    private static Optional<String> read(Map<String, String> environment, String name) throws IOException {
        String file = environment.get(name + "_FILE");
        if (file == null) {
            return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
        }
        String value = Files.readString(Path.of(file)).stripTrailing();
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + "_FILE names an empty file: " + file);
        }
        return Optional.of(value);
    }
}
