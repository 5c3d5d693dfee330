package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.h2.mvstore.MVMap;

/** An index that forbids nothing, kept in a map of the store. */
abstract class SecondaryIndex extends Index<Object> {
    /** No document's _id, and no text. */
    private static final Object COMPLETE = Boolean.TRUE;

    protected final MVMap<Object, Object> map;
    protected final String field;

    SecondaryIndex(MVMap<Object, Object> map, String name, List<IndexKey> keys) {
        // Of a sparse one the library allows that it does not know every document.
        super(name, keys, true);
        this.map = map;
        this.field = keys.get(0).getKey();
    }

    /** Every document has been looked at. Until this is said, the library looks at all of them when it opens the index. */
    final void complete() {
        map.put(COMPLETE, COMPLETE);
    }

    @Override
    public final boolean isEmpty() {
        return !map.containsKey(COMPLETE);
    }

    protected static boolean isEntry(Object key) {
        return !COMPLETE.equals(key);
    }

    /** Documents are found by the library's index of _id. */
    @Override
    public final Object getPosition(Document document) {
        return null;
    }

    @Override
    public final void checkAdd(Document document, MongoCollection<Object> collection) {}

    @Override
    public final void checkUpdate(
        Document oldDocument, Document newDocument,
        MongoCollection<Object> collection) {}

    @Override
    public final long getCount() {
        return map.sizeAsLong() - (isEmpty() ? 0 : 1);
    }

    @Override
    public final long getDataSize() {
        return getCount();
    }

    @Override
    public final void drop() {}
}
