package io.titankv.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.titankv.gateway.Admission.Permit;
import io.titankv.model.ErrorReason;
import io.titankv.model.NodeId;
import io.titankv.proto.errors.TitanError;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final GatewayOptions OPTIONS =
            GatewayOptions.defaults(new NodeId("n1"), 1L << 30).withNodeBounds(10, 1_000);

    private final Admission admission = new Admission(OPTIONS);

    private Permit admit(int ops, long bytes) {
        return admission.tryAdmit(ops, bytes).orElseThrow();
    }

    private void assertInFlight(long ops, long bytes) {
        assertThat(admission.opsInFlight()).isEqualTo(ops);
        assertThat(admission.bytesInFlight()).isEqualTo(bytes);
    }

    @Test
    void operationsAreAdmittedUpToTheBound() {
        admit(4, 1);
        admit(6, 1);
        assertThat(admission.tryAdmit(1, 1)).isEmpty();
        assertInFlight(10, 2);
    }

    @Test
    void bytesAreAdmittedUpToTheBound() {
        admit(1, 400);
        admit(1, 600);
        assertThat(admission.tryAdmit(1, 1)).isEmpty();
        assertInFlight(2, 1_000);
    }

    @Test
    void aRefusalTakesNoRoom() {
        admit(1, 999);
        assertThat(admission.tryAdmit(10, 0)).isEmpty();
        assertThat(admission.tryAdmit(5, 1)).isPresent();
        assertThat(admission.tryAdmit(1, 2)).isEmpty();
        assertInFlight(6, 1_000);
    }

    @Test
    void manyBytesAreAdmittedWhileTheBoundIsNotReached() {
        admit(1, 999);
        admit(1, 5_000);
        assertThat(admission.tryAdmit(1, 1)).isEmpty();
        assertInFlight(2, 5_999);
    }

    @Test
    void whatIsLargerThanTheBoundIsAdmittedAlone() {
        admit(1, 1).close();
        Permit large = admit(50, 5_000);
        assertThat(admission.tryAdmit(1, 0)).isEmpty();
        large.close();
        admit(1, 1);
        assertThat(admission.tryAdmit(50, 1)).isEmpty();
    }

    @Test
    void closingGivesBackWhatIsLeftOnce() {
        Permit permit = admit(5, 500);
        permit.release(2, 100);
        assertInFlight(3, 400);
        permit.close();
        assertInFlight(0, 0);
        permit.close();
        assertInFlight(0, 0);
    }

    @Test
    void moreThanWasTakenIsNotGivenBack() {
        Permit others = admit(5, 500);
        Permit permit = admit(2, 200);
        assertThatThrownBy(() -> permit.release(3, 0)).isInstanceOf(IllegalStateException.class);
        assertInFlight(7, 700);
        others.close();
        assertThatThrownBy(() -> admit(1, 10).release(0, 11)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theRefusedAreToldToWait() {
        admit(10, 300);
        TitanError busy = admission.busy();
        assertThat(busy.reason()).isEqualTo(ErrorReason.BUSY);
        assertThat(busy.retryDelay()).contains(OPTIONS.busyDelay());
        assertThat(busy.limit()).contains(10L);
        assertThat(busy.message()).contains("10 operations (limit 10)", "300 bytes (limit 1000)");
    }

    @Test
    void manyAtOnceDoNotPassTheBound() throws InterruptedException {
        Queue<Permit> admitted = new ConcurrentLinkedQueue<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                admission.tryAdmit(1, 10).ifPresent(admitted::add);
            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(admitted).hasSizeBetween(1, 10);
        assertInFlight(admitted.size(), admitted.size() * 10L);
        admitted.forEach(Permit::close);
        assertInFlight(0, 0);
    }
}
