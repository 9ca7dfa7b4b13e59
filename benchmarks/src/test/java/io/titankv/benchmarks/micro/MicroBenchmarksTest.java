package io.titankv.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** That each benchmark does what its name says, on a small store. */
class MicroBenchmarksTest {
    @Test
    void readsFindWhatIsThere() {
        EngineReads reads = new EngineReads();
        reads.keys = 100;
        reads.valueBytes = 100;
        reads.fill();
        try {
            assertThat(reads.keydirMiss()).isZero();
            assertThat(reads.version()).isPositive();
            assertThat(reads.get())
                    .isNotNull()
                    .satisfies(record -> assertThat(record.valueArray()).hasSize(100));
        } finally {
            reads.close();
        }
    }

    @Test
    void writesWrite() {
        EngineWrites writes = new EngineWrites();
        writes.valueBytes = 100;
        writes.fill();
        try {
            writes.append();
            writes.overwrite();
        } finally {
            writes.close();
        }
    }

    @Test
    void upkeepFindsSomethingToMergeAndOpensAgain() {
        EngineUpkeep upkeep = new EngineUpkeep();
        upkeep.keys = 100_000;
        upkeep.fill();
        try {
            assertThat(upkeep.merge()).isPositive();
            upkeep.reopen();
            assertThat(upkeep.merge()).isZero();
        } finally {
            upkeep.close();
        }
    }

    @Test
    void aPatternThatNothingMatchesIsSaidSo() {
        StringWriter err = new StringWriter();
        CommandLine commandLine = MicroBenchmarks.commandLine();
        commandLine.setErr(new PrintWriter(err));
        assertThat(commandLine.execute("--quick", "NoSuchBenchmark")).isEqualTo(1);
        assertThat(err.toString()).contains("NoSuchBenchmark");
    }
}
