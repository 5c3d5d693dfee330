package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * Any other index, by its first field alone and by text: a query for one text in that field, or for one of several,
 * looks at the documents that have it. It gives no order.
 */
final class FirstFieldIndex extends SecondaryIndex {
    private static final char END_OF_TEXT = '\0';

    /** @param positions under text and position: the position */
    FirstFieldIndex(MVMap<Object, Object> positions, String name, List<IndexKey> keys) {
        super(positions, name, keys);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        for (String text : textsOf(document)) {
            map.put(keyOf(text, position), position);
        }
    }

    @Override
    public Object remove(Document document) {
        Object position = document.get("_id");
        Set<String> texts = textsOf(document);
        for (String text : texts) {
            map.remove(keyOf(text, position));
        }
        return texts.isEmpty() ? null : position;
    }

    @Override
    public void updateInPlace(
        Document oldDocument, Document newDocument, Object position, MongoCollection<Object> collection) {
        Set<String> before = textsOf(oldDocument);
        Set<String> after = textsOf(newDocument);
        if (!before.equals(after)) {
            before.forEach(text -> map.remove(keyOf(text, position)));
            after.forEach(text -> map.put(keyOf(text, position), position));
        }
    }

    @Override
    public boolean canHandle(Document query) {
        return !textsIn(query.get(field)).isEmpty();
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
        Set<Object> found = new LinkedHashSet<>();
        for (String text : textsIn(query.get(field))) {
            String prefix = text + END_OF_TEXT;
            Cursor<Object, Object> cursor = map.cursor(prefix);
            while (cursor.hasNext() && cursor.next() instanceof String key && key.startsWith(prefix)) {
                found.add(cursor.getValue());
            }
        }
        return found;
    }

    /** Empty: not only for texts, or for none. */
    private static Collection<String> textsIn(Object condition) {
        if (condition instanceof String text) {
            return List.of(text);
        }
        boolean isChoice = condition instanceof Document operators
            && operators.get("$in") instanceof Collection<?> values
            && values.stream().allMatch(String.class::isInstance);
        return isChoice ? textsOf(((Document) condition).get("$in")) : List.of();
    }

    private Set<String> textsOf(Document document) {
        return textsOf(Utils.getSubdocumentValueCollectionAware(document, field));
    }

    private static Set<String> textsOf(Object value) {
        Stream<?> values = value instanceof Collection<?> several ? several.stream() : Stream.of(value);
        return values.filter(String.class::isInstance).map(String.class::cast)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static String keyOf(String text, Object position) {
        return text + END_OF_TEXT + position;
    }
}
