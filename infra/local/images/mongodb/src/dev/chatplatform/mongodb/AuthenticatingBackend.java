package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.message.MongoQuery;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Lets nothing but greeting and login through until a connection has logged in. */
final class AuthenticatingBackend extends ForwardingBackend {
    private static final AttributeKey<Scram.Exchange> EXCHANGE = AttributeKey.valueOf("scram-exchange");
    private static final AttributeKey<Boolean> PROVEN = AttributeKey.valueOf("scram-proven");
    private static final AttributeKey<Boolean> AUTHENTICATED = AttributeKey.valueOf("authenticated");
    private static final Set<String> OPEN = Set.of("hello", "ismaster", "ping", "buildinfo", "endsessions", "whatsmyuri");

    private final Scram scram;
    private final Users users;

    AuthenticatingBackend(MongoBackend next, Users users) {
        super(next);
        this.users = users;
        scram = new Scram(users::find);
    }

    @Override
    public Document handleCommand(Channel channel, String database, String command, Document query) {
        String name = command.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "hello", "ismaster" -> greet(channel, super.handleCommand(channel, database, command, query), query);
            case "saslstart" -> start(channel, query);
            case "saslcontinue" -> proceed(channel, query);
            case "logout" -> logOut(channel);
            default -> {
                if (!OPEN.contains(name)) {
                    requireLogin(channel, command);
                }
                yield Users.COMMANDS.contains(name)
                    ? users.handle(database, name, query)
                    : super.handleCommand(channel, database, command, query);
            }
        };
    }

    @Override
    public QueryResult handleQuery(MongoQuery query) {
        requireLogin(query.getChannel(), "find");
        return super.handleQuery(query);
    }

    private static void requireLogin(Channel channel, String command) {
        if (!Boolean.TRUE.equals(channel.attr(AUTHENTICATED).get())) {
            throw new MongoServerError(13, "Unauthorized", "command " + command + " requires authentication");
        }
    }

    /** A driver asks which mechanisms the user has and sends its first message along, which saves a round trip. */
    private Document greet(Channel channel, Document hello, Document query) {
        if (query.containsKey("saslSupportedMechs")) {
            hello.put("saslSupportedMechs", List.of(Scram.MECHANISM));
        }
        if (query.get("speculativeAuthenticate") instanceof Document speculative
            && Scram.MECHANISM.equals(speculative.get("mechanism"))) {
            // A malformed guess is left unanswered: the driver then logs in by the ordinary commands.
            begin(speculative).ifPresent(exchange -> hello.put("speculativeAuthenticate", challenge(channel, exchange)));
        }
        return hello;
    }

    private Document start(Channel channel, Document query) {
        if (!Scram.MECHANISM.equals(query.get("mechanism"))) {
            throw new MongoServerError(334, "MechanismUnavailable", "only " + Scram.MECHANISM + " is offered");
        }
        return challenge(channel, begin(query).orElseThrow(AuthenticatingBackend::failed));
    }

    private Optional<Scram.Exchange> begin(Document query) {
        boolean skipEmptyExchange = query.get("options") instanceof Document options
            && Boolean.TRUE.equals(options.get("skipEmptyExchange"));
        return payload(query).flatMap(first -> scram.begin(first, skipEmptyExchange));
    }

    private static Document challenge(Channel channel, Scram.Exchange exchange) {
        channel.attr(AUTHENTICATED).set(null);
        channel.attr(PROVEN).set(null);
        channel.attr(EXCHANGE).set(exchange);
        return answer(exchange.challenge, false);
    }

    private Document proceed(Channel channel, Document query) {
        Scram.Exchange exchange = channel.attr(EXCHANGE).get();
        if (exchange == null) {
            throw failed();
        }
        if (Boolean.TRUE.equals(channel.attr(PROVEN).get())) {
            return finish(channel, "");
        }
        String signature = payload(query).flatMap(proof -> prove(exchange, proof)).orElseThrow(() -> {
            channel.attr(EXCHANGE).set(null);
            return failed();
        });
        if (exchange.skipEmptyExchange) {
            return finish(channel, signature);
        }
        channel.attr(PROVEN).set(Boolean.TRUE);
        return answer(signature, false);
    }

    private static Optional<String> prove(Scram.Exchange exchange, String proof) {
        try {
            return exchange.prove(proof);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is missing from this Java runtime", e);
        }
    }

    private static Document finish(Channel channel, String payload) {
        channel.attr(EXCHANGE).set(null);
        channel.attr(PROVEN).set(null);
        channel.attr(AUTHENTICATED).set(Boolean.TRUE);
        return answer(payload, true);
    }

    private static Document logOut(Channel channel) {
        channel.attr(AUTHENTICATED).set(null);
        return new Document("ok", 1.0);
    }

    private static Optional<String> payload(Document query) {
        return query.get("payload") instanceof BinData binary
            ? Optional.of(new String(binary.getData(), StandardCharsets.UTF_8))
            : Optional.empty();
    }

    private static Document answer(String payload, boolean done) {
        Document answer = new Document("conversationId", 1);
        answer.put("done", done);
        answer.put("payload", new BinData(payload.getBytes(StandardCharsets.UTF_8)));
        answer.put("ok", 1.0);
        return answer;
    }

    private static MongoServerError failed() {
        return new MongoServerError(18, "AuthenticationFailed", "Authentication failed.");
    }
}
