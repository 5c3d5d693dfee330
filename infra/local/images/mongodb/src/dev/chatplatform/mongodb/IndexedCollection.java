package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import org.h2.mvstore.MVMap;

/** Looks where an index points to, also when a query asks for more than the index knows. */
final class IndexedCollection extends H2Collection {
    IndexedCollection(
        MongoDatabase database, String name, CollectionOptions options, MVMap<Object, Document> documents,
        MVMap<String, Object> meta, CursorRegistry cursors) {
        super(database, name, options, documents, meta, cursors);
    }

    @Override
    public void addIndex(Index<Object> index) {
        super.addIndex(index);
        if (index instanceof SecondaryIndex secondary) {
            secondary.complete();
        }
    }

    @Override
    protected QueryResult queryDocuments(
        Document query, Document orderBy, int numberToSkip, int limit, int batchSize, Document fieldSelector) {
        for (Index<Object> index : getIndexes()) {
            Document covered = coveredBy(index, query);
            if (index.canHandle(covered)) {
                // Every document found there is held against the whole query.
                return matchDocuments(
                    query, index.getPositions(covered), orderBy, numberToSkip, limit, batchSize, fieldSelector);
            }
        }
        return super.queryDocuments(query, orderBy, numberToSkip, limit, batchSize, fieldSelector);
    }

    private static Document coveredBy(Index<Object> index, Document query) {
        Document covered = new Document();
        for (IndexKey key : index.getKeys()) {
            Object condition = query.get(key.getKey());
            if (index instanceof SparseIndex || isLookup(condition)) {
                covered.putIfNotNull(key.getKey(), condition);
            }
        }
        return covered;
    }

    /** What the library's unique indexes answer without fail: one value, or one of several. */
    private static boolean isLookup(Object condition) {
        return condition instanceof Document operators
            ? operators.size() == 1 && operators.containsKey("$in")
            : condition != null;
    }
}
