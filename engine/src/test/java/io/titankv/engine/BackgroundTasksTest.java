package io.titankv.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackgroundTasksTest {
    @Test
    void aTaskThatFailsIsOver() throws IOException {
        BackgroundTasks tasks = new BackgroundTasks(Runnable::run);
        List<String> done = new ArrayList<>();
        tasks.begin(() -> {
            throw new IOException("no space left");
        });
        tasks.begin(() -> done.add("second"));
        tasks.await();
        assertThat(done).containsExactly("second");
    }

    @Test
    void anFsyncThatFailedIsFinal() {
        BackgroundTasks tasks = new BackgroundTasks(Runnable::run);
        tasks.begin(() -> {
            throw FinalFailure.of("fsync failed", new IOException("bad sector"));
        });
        tasks.begin(() -> {});
        assertThatThrownBy(tasks::await).isInstanceOf(FinalFailure.class).hasMessageContaining("background");
    }

    @Test
    void oneRunsAfterTheOther() throws Exception {
        BackgroundTasks tasks = new BackgroundTasks(BackgroundTasks.THREADS);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 50; i++) {
            int number = i;
            tasks.begin(() -> order.add(number));
        }
        tasks.await();
        assertThat(order).isSorted().hasSize(50);
    }
}
