package dev.chatplatform.mongodb;

import de.bwaldvogel.mongo.MongoVersion;
import java.util.List;

/** MongoDB 7.0 with wire version 21: current drivers refuse servers older than 4.2 (wire version 8). */
final class ReportedVersion implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
        return List.of(7, 0, 0);
    }

    @Override
    public int getWireVersion() {
        return 21;
    }
}
