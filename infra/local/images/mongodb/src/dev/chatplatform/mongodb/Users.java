package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.h2.mvstore.MVStore;

/**
 * The users of the database admin and the commands that change them. They are kept in the store's file, so the environment
 * names the first one only, as with mongod. Every user is an administrator: roles are taken and not looked at.
 */
final class Users {
    static final Set<String> COMMANDS = Set.of("createuser", "updateuser", "dropuser", "usersinfo");

    private final Map<String, String> kept;
    private final GroupCommit commit;

    Users(MVStore store, Credentials first) {
        // No name of a database's map: those begin otherwise.
        kept = store.openMap("users-of-admin");
        commit = new GroupCommit(store::commit);
        if (kept.isEmpty()) {
            put(first.username(), first.password());
        }
    }

    Optional<Verifier> find(String name) {
        return Optional.ofNullable(kept.get(name)).map(Verifier::parse);
    }

    /** @param command one of COMMANDS */
    synchronized Document handle(String database, String command, Document query) {
        if (!database.equals("admin")) {
            throw new MongoServerError(20, "IllegalOperation", "this stand-in for MongoDB has users in the database admin only");
        }
        Object named = query.values().iterator().next();
        return switch (command) {
            case "createuser" -> create(String.valueOf(named), query);
            case "updateuser" -> update(String.valueOf(named), query);
            case "dropuser" -> drop(String.valueOf(named));
            default -> list(named);
        };
    }

    private Document create(String name, Document query) {
        if (kept.containsKey(name)) {
            throw new MongoServerError(51003, "Location51003", "User \"" + name + "@admin\" already exists");
        }
        put(name, password(query).orElseThrow(() -> new MongoServerError(2, "BadValue", "createUser needs pwd")));
        return ok();
    }

    private Document update(String name, Document query) {
        requirePresent(name);
        password(query).ifPresent(password -> put(name, password));
        return ok();
    }

    private Document drop(String name) {
        requirePresent(name);
        kept.remove(name);
        commit.await();
        return ok();
    }

    private Document list(Object named) {
        List<Document> users = kept.keySet().stream()
            .filter(name -> !(named instanceof String) || name.equals(named))
            .map(Users::describe)
            .toList();
        Document answer = new Document("users", users);
        answer.put("ok", 1.0);
        return answer;
    }

    private static Document describe(String name) {
        Document user = new Document("_id", "admin." + name);
        user.put("user", name);
        user.put("db", "admin");
        Document root = new Document("role", "root");
        root.put("db", "admin");
        user.put("roles", List.of(root));
        return user;
    }

    private void requirePresent(String name) {
        if (!kept.containsKey(name)) {
            throw new MongoServerError(11, "UserNotFound", "User '" + name + "@admin' not found");
        }
    }

    private void put(String name, String password) {
        kept.put(name, Verifier.of(password).text());
        commit.await();
    }

    private static Optional<String> password(Document query) {
        return query.get("pwd") instanceof String password ? Optional.of(password) : Optional.empty();
    }

    private static Document ok() {
        return new Document("ok", 1.0);
    }
}
