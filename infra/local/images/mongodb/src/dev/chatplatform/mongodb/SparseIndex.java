package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVMap;

/**
 * A sparse index of one field, as the set of documents that have it: a query for the field looks at those only. It keeps
 * no order of values, so it helps as much as the field is rare.
 */
final class SparseIndex extends Index<Object> {
    private static final Set<String> NEVER_OF_MISSING = Set.of("$gt", "$gte", "$lt", "$lte", "$eq");

    private final MVMap<Object, Boolean> holders;
    private final String field;

    SparseIndex(MVMap<Object, Boolean> holders, String name, List<IndexKey> keys) {
        super(name, keys, true);
        this.holders = holders;
        this.field = keys.get(0).getKey();
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        if (has(document)) {
            holders.put(position, Boolean.TRUE);
        }
    }

    @Override
    public Object remove(Document document) {
        Object position = getPosition(document);
        return position != null && holders.remove(position) != null ? position : null;
    }

    @Override
    public void updateInPlace(
        Document oldDocument, Document newDocument, Object position, MongoCollection<Object> collection) {
        if (has(newDocument)) {
            holders.put(position, Boolean.TRUE);
        } else if (has(oldDocument)) {
            holders.remove(position);
        }
    }

    /** Whether nothing without the field can be asked for. */
    @Override
    public boolean canHandle(Document query) {
        Object condition = query.get(field);
        if (!(condition instanceof Document operators)) {
            return Missing.isNeitherNullNorMissing(condition) && !(condition instanceof Collection);
        }
        return operators.entrySet().stream().anyMatch(
            operator -> excludesMissing(operator.getKey(), operator.getValue()));
    }

    private static boolean excludesMissing(String operator, Object operand) {
        return switch (operator) {
            case "$exists" -> Utils.isTrue(operand);
            case "$in" -> operand instanceof Collection<?> values
                && values.stream().allMatch(Missing::isNeitherNullNorMissing);
            default -> NEVER_OF_MISSING.contains(operator) && Missing.isNeitherNullNorMissing(operand);
        };
    }

    @Override
    public Iterable<Object> getPositions(Document query) {
        return holders.keySet();
    }

    /** The library keeps a document under its _id. */
    @Override
    public Object getPosition(Document document) {
        return has(document) ? document.get("_id") : null;
    }

    private boolean has(Document document) {
        Object value = Utils.getSubdocumentValueCollectionAware(document, field);
        return !(value instanceof Missing) && !(value instanceof Collection<?> values && values.isEmpty());
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) {}

    @Override
    public void checkUpdate(Document oldDocument, Document newDocument, MongoCollection<Object> collection) {}

    @Override
    public long getCount() {
        return holders.sizeAsLong();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public void drop() {}
}
