package io.titankv.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/** Finds schedules of one writer and two readers whose results no order of the calls explains. */
@Param(name = "token", gen = IntGen.class, conf = "1:4")
@Param(name = "file", gen = IntGen.class, conf = "1:2")
public class KeydirLincheckTest {
    private final Keydir keydir = new Keydir(2, 4);

    @Operation(nonParallelGroup = "writer")
    public void insert(@Param(name = "token") int token, @Param(name = "file") int file) {
        keydir.insert(token, file, 0, file);
    }

    @Operation(nonParallelGroup = "writer")
    public boolean remove(@Param(name = "token") int token, @Param(name = "file") int file) {
        return keydir.remove(token, file, 0);
    }

    @Operation(nonParallelGroup = "writer")
    public boolean replace(@Param(name = "token") int token, @Param(name = "file") int file) {
        return keydir.replace(token, file, 0, 3 - file, 0, 3 - file);
    }

    @Operation(nonParallelGroup = "writer")
    public long removeRange(@Param(name = "token") int token) {
        return keydir.removeRange(token, token + 2, (dropped, file, offset, bytes) -> {});
    }

    @Operation
    public List<String> find(@Param(name = "token") int token) {
        Places out = new Places();
        keydir.find(token, out);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < out.size(); i++) {
            found.add(out.fileId(i) + "+" + out.recordBytes(i));
        }
        Collections.sort(found);
        return found;
    }

    @Operation
    public long count(@Param(name = "token") int token) {
        return keydir.count(token, token + 1);
    }

    /**
     * Stress mode: with the model checker one run takes minutes. It finds readers that are not sent away from leaves that died;
     * {@link KeydirStressTest} has the smaller windows.
     */
    @Test
    void stress() {
        new StressOptions()
                .iterations(8)
                .invocationsPerIteration(300)
                .threads(3)
                .actorsPerThread(4)
                .actorsBefore(6)
                .actorsAfter(2)
                .minimizeFailedScenario(false)
                .check(KeydirLincheckTest.class);
    }
}
