package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.Locale;
import java.util.Set;

/** Answers a write only once it is in the file, unless it says that it need not be: H2 by itself commits about once a second. */
final class DurableBackend extends ForwardingBackend {
    private static final Set<String> WRITES = Set.of(
        "insert", "update", "delete", "findandmodify", "create", "createindexes", "drop", "dropindexes",
        "dropdatabase", "renamecollection");

    private final GroupCommit groupCommit;

    DurableBackend(H2Backend storage) {
        super(storage);
        this.groupCommit = new GroupCommit(storage::commit);
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        String name = command.toLowerCase(Locale.ROOT);
        if (name.equals("hello") || name.equals("ismaster")) {
            return greet(super.handleCommand(channel, database, "ismaster", query));
        }
        Document answer = super.handleCommand(channel, database, command, query);
        if (WRITES.contains(name) && durable(query)) {
            groupCommit.await();
        }
        return answer;
    }

    private static Document greet(Document hello) {
        hello.put("isWritablePrimary", Boolean.TRUE);
        hello.put("helloOk", Boolean.TRUE);
        hello.put("readOnly", Boolean.FALSE);
        // Without it drivers refuse to start a session at all.
        hello.put("logicalSessionTimeoutMinutes", 30);
        return hello;
    }

    /** A write that asks for no journal may wait for H2's own commit. */
    private static boolean durable(Document query) {
        return !(query.get("writeConcern") instanceof Document concern
            && (concern.get("w") instanceof Number w && w.intValue() == 0 || Boolean.FALSE.equals(concern.get("j"))));
    }
}
