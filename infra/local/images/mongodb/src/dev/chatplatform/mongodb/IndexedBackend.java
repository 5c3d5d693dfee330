package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * The library's H2 backend, with more queries answered from an index. By itself it scans a whole collection for
 * whatever does not name exactly the fields of one unique index, and it ignores all other indexes.
 */
final class IndexedBackend extends H2Backend {
    /** What the names of the library's maps begin with, or hold. */
    static final String DOCUMENTS = "databases.";
    static final String INDEX = "._index_";

    IndexedBackend(MVStore store) {
        super(store);
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String databaseName) {
        MVStore store = getMvStore();
        // Not a named class: the library's constructor calls these methods, before any field of a subclass is set. What
        // an anonymous class captures is set before.
        return new H2Database(databaseName, store, getCursorRegistry()) {
            @Override
            protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
                String fullName = getFullCollectionNamespace(name);
                return new IndexedCollection(
                    this, name, options, openDocuments(store, DOCUMENTS + fullName), store.openMap("meta." + fullName),
                    cursorRegistry);
            }

            @Override
            protected Index<Object> openOrCreateUniqueIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
                // The library then finds it open.
                store.openMap(mapOf(collection, name), new MVMap.Builder<KeyValue, Object>().keyType(new KeyType()));
                return super.openOrCreateUniqueIndex(collection, name, keys, sparse);
            }

            @Override
            protected Index<Object> openOrCreateSecondaryIndex(
                String collection, String name, List<IndexKey> keys, boolean sparse) {
                MVMap<Object, Object> map = store.openMap(mapOf(collection, name));
                return sparse && keys.size() == 1
                    ? new SparseIndex(map, name, keys)
                    : new FirstFieldIndex(map, name, keys);
            }

            /** As the library names the maps of its indexes: it removes them by that name. */
            private String mapOf(String collection, String index) {
                return getFullCollectionNamespace(collection) + INDEX + index;
            }
        };
    }

    static MVMap<Object, Document> openDocuments(MVStore store, String name) {
        return store.openMap(name, new MVMap.Builder<Object, Document>().valueType(new DocumentType()));
    }
}
