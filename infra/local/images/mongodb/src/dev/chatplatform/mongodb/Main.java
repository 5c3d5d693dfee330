package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.h2.mvstore.MVStore;

/**
 * Speaks MongoDB's wire protocol with data kept in one H2 file, started as {@code mongod} is.
 *
 * <p>It takes the place of MongoDB where no MongoDB can be had. No transactions, TTL deletion or change streams. Of other
 * indexes than unique ones it has what {@link SparseIndex} and {@link FirstFieldIndex} say.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        try {
            run(args);
        } catch (Exception e) {
            System.err.println("mongod: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void run(String[] args) throws Exception {
        Options options = Options.parse(args);
        Optional<Credentials> root = Credentials.fromEnvironment(System.getenv());
        MVStore store = open(options.dataDirectory());
        H2Backend storage = new IndexedBackend(store);
        storage.version(new ReportedVersion());

        MongoBackend backend = new DurableBackend(storage);
        if (root.isPresent()) {
            backend = new AuthenticatingBackend(backend, new Users(store, root.get()));
        }
        MongoServer server = new MongoServer(backend);
        server.bind(options.bindAddress(), options.port());
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow, "shutdown"));
        System.out.printf("listening on %s:%d, data in %s, authentication %s%n",
            options.bindAddress(), options.port(), options.dataDirectory(), root.isPresent() ? "on" : "off");
    }

    private static MVStore open(Path directory) throws Exception {
        Files.createDirectories(directory);
        // H2's own background commit stays on: it carries what an unacknowledged write (w: 0) leaves behind.
        // A commit writes whole pages, so they are small here; the file would grow six times as fast with the defaults.
        Path earlier = directory.resolve("mongodb.mv");
        Path file = directory.resolve("mongodb.bson.mv");
        if (Files.exists(earlier)) {
            // Left by a start that did not come to an end.
            Files.deleteIfExists(file);
        }
        MVStore store = new MVStore.Builder()
            .fileName(file.toString())
            .cacheSize(24)
            .pageSplitSize(4096)
            .autoCompactFillRate(60)
            .open();
        store.setRetentionTime(2000);
        if (Files.exists(earlier)) {
            EarlierFile.takeOver(earlier, store);
        }
        return store;
    }
}
