package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;

/** Looks where an index points to, also when a query asks for more than the index knows. */
final class IndexedCollection extends H2Collection {
    /** Under the collection's lock. */
    private boolean isChanging;

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

    // The library changes the very objects that the map holds, while H2 may be writing them to the file. So whoever is about
    // to change documents is given copies, and what the map holds is never changed: a copy takes its place.

    @Override
    public synchronized Document updateDocuments(
        Document selector, Document update, ArrayFilters arrayFilters, boolean isMulti, boolean isUpsert, Oplog oplog) {
        return changing(() -> super.updateDocuments(selector, update, arrayFilters, isMulti, isUpsert, oplog));
    }

    @Override
    public synchronized Document findAndModify(Document query) {
        return changing(() -> super.findAndModify(query));
    }

    private Document changing(Supplier<Document> change) {
        isChanging = true;
        try {
            return change.get();
        } finally {
            isChanging = false;
        }
    }

    @Override
    protected QueryResult matchDocumentsFromStream(
        Stream<Document> documents, Document query, Document orderBy, int numberToSkip, int limit, int batchSize,
        Document fieldSelector) {
        Stream<Document> found = isChanging
            ? documents.filter(document -> documentMatchesQuery(document, query)).map(Document::cloneDeeply)
            : documents;
        return super.matchDocumentsFromStream(
            found, query, orderBy, numberToSkip, limit, batchSize, fieldSelector);
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
