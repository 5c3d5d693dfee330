package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** The keys of unique indexes as BSON, in an order that is total and means nothing. */
final class KeyType extends BasicDataType<KeyValue> {
    private static final int BYTES = 160;

    @Override
    public int getMemory(KeyValue key) {
        return BYTES;
    }

    @Override
    public int compare(KeyValue a, KeyValue b) {
        for (int index = 0; index < Math.min(a.size(), b.size()); index++) {
            int order = compareValues(a.get(index), b.get(index));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int compareValues(Object a, Object b) {
        if (a instanceof String one && b instanceof String other) {
            return one.compareTo(other);
        }
        if (Objects.equals(a, b)) {
            return 0;
        }
        int order = kindOf(a).compareTo(kindOf(b));
        return order != 0 ? order : Arrays.compareUnsigned(bytesOf(a), bytesOf(b));
    }

    private static String kindOf(Object value) {
        return value == null ? "" : value.getClass().getName();
    }

    private static byte[] bytesOf(Object value) {
        ByteBuffer bson = Bson.encode(new Document("", value));
        byte[] bytes = new byte[bson.remaining()];
        bson.get(bytes);
        return bytes;
    }

    @Override
    public void write(WriteBuffer out, KeyValue key) {
        Document values = new Document();
        for (int index = 0; index < key.size(); index++) {
            values.put(Integer.toString(index), key.get(index));
        }
        out.put(Bson.encode(values));
    }

    @Override
    public KeyValue read(ByteBuffer in) {
        return new KeyValue(Bson.decode(in).values());
    }

    @Override
    public KeyValue[] createStorage(int size) {
        return new KeyValue[size];
    }
}
