package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import java.time.Clock;
import java.util.Collection;
import java.util.List;

/** Passes every call on. Subclasses change what happens to a command, whichever of the two wire messages carried it. */
abstract class ForwardingBackend implements MongoBackend {
    protected final MongoBackend next;

    protected ForwardingBackend(MongoBackend next) {
        this.next = next;
    }

    @Override
    public Document handleMessage(MongoMessage message) {
        Document query = message.getDocument();
        String command = query.keySet().iterator().next();
        try {
            return handleCommand(message.getChannel(), message.getDatabaseName(), command, query);
        } catch (MongoServerError e) {
            // Answered here because the server's own handler would log the whole document with a stack trace.
            return refusal(e);
        }
    }

    private static Document refusal(MongoServerError e) {
        Document answer = new Document("ok", 0.0);
        answer.put("errmsg", e.getMessageWithoutErrorCode());
        answer.put("code", e.getCode());
        answer.putIfNotNull("codeName", e.getCodeName());
        return answer;
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        return next.handleCommand(channel, database, command, query);
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        return next.handleQuery(query);
    }

    @Override
    public void handleClose(Channel channel) {
        next.handleClose(channel);
    }

    @Override
    public void dropDatabase(String database) {
        next.dropDatabase(database);
    }

    @Override
    public Collection<Document> getCurrentOperations(MongoQuery query) {
        return next.getCurrentOperations(query);
    }

    @Override
    public Document getServerStatus() {
        return next.getServerStatus();
    }

    @Override
    public void close() {
        next.close();
    }

    @Override
    public void closeCursors(List<Long> cursorIds) {
        next.closeCursors(cursorIds);
    }

    @Override
    public Clock getClock() {
        return next.getClock();
    }

    @Override
    public void enableOplog() {
        next.enableOplog();
    }

    @Override
    public void disableOplog() {
        next.disableOplog();
    }

    @Override
    public MongoDatabase resolveDatabase(String database) {
        return next.resolveDatabase(database);
    }

    @Override
    public MongoBackend version(MongoVersion version) {
        return next.version(version);
    }
}
