package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
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
final class SparseIndex extends SecondaryIndex {
    private static final Set<String> NEVER_OF_MISSING = Set.of("$gt", "$gte", "$lt", "$lte", "$eq");

    SparseIndex(MVMap<Object, Object> positions, String name, List<IndexKey> keys) {
        super(positions, name, keys);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        if (has(document)) {
            map.put(position, position);
        }
    }

    @Override
    public Object remove(Document document) {
        return has(document) ? map.remove(document.get("_id")) : null;
    }

    @Override
    public void updateInPlace(
        Document oldDocument, Document newDocument, Object position, MongoCollection<Object> collection) {
        if (has(newDocument)) {
            map.put(position, position);
        } else if (has(oldDocument)) {
            map.remove(position);
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
        return map.keySet().stream().filter(SecondaryIndex::isEntry).toList();
    }

    private boolean has(Document document) {
        Object value = Utils.getSubdocumentValueCollectionAware(document, field);
        return !(value instanceof Missing) && !(value instanceof Collection<?> values && values.isEmpty());
    }
}
