package edgepower.runtime;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.Test;

/** Eight threads at once: the answers are those of one, and closing under way ends them all in order. */
public final class ConcurrencyTest {
    private static final int THREADS = 8;

    @Test
    public void eightThreadsGetTheAnswersOfOne() throws Exception {
        final List<Text> texts = texts();
        try (Classifier classifier = Classifier.open(Folders.committed("tiny-bundle"), Options.DEFAULT)) {
            final Classifier full = classifier.at("full");
            List<Prediction> alone = new ArrayList<Prediction>(classifier.classify(texts));
            alone.addAll(full.classify(texts));
            compareInThreads(classifier, full, texts, alone);
        }
    }

    @Test
    public void aCascadeOfAllKindsToo() throws Exception {
        final List<Text> texts = texts();
        try (Classifier classifier = Classifier.open(new File(Folders.made(), "tiers"), Options.DEFAULT)) {
            final Classifier all = classifier.at("all");
            List<Prediction> alone = new ArrayList<Prediction>(classifier.classify(texts));
            alone.addAll(all.classify(texts));
            compareInThreads(classifier, all, texts, alone);
            assertEquals(texts.size() * (THREADS + 1), all.stats().tiers.get(0).asked);
        }
    }

    @Test
    public void programsLoadOnceWhoeverAsksFirst() throws Exception {
        for (int round = 0; round < 5; round++) {
            final Classifier classifier = Classifier.open(Folders.committed("tiny-bundle"), Options.DEFAULT);
            final Object[] sessions = new Object[THREADS];
            inThreads(new Job() {
                @Override
                public void run(int thread) {
                    classifier.at(thread % 2 == 0 ? "full" : "fast").answer(Text.of("a film"));
                    sessions[thread] = classifier.model().session(classifier.artifact().program("full", 8));
                }
            });
            for (Object session : sessions) {
                assertTrue(session == sessions[0]);
            }
            classifier.close();
        }
    }

    @Test(timeout = 60000)
    public void closingWhileOthersAskEndsThemWithAMessage() throws Exception {
        final List<Text> texts = texts();
        final Classifier classifier = Classifier.open(Folders.committed("tiny-bundle"), Options.DEFAULT);
        final AtomicInteger answers = new AtomicInteger();
        final AtomicInteger refusals = new AtomicInteger();
        inThreads(new Job() {
            @Override
            public void run(int thread) {
                try {
                    for (int number = 0; ; number++) {
                        classifier.answer(texts.get(number % texts.size()));
                        if (answers.incrementAndGet() == 500) {
                            classifier.close();
                        }
                    }
                } catch (EngineException closed) {
                    assertTrue(closed.getMessage(), closed.getMessage().contains("was closed with its classifier"));
                    refusals.incrementAndGet();
                }
            }
        });
        assertEquals(THREADS, refusals.get());
        assertTrue(answers.get() >= 500);
    }

    private interface Job {
        void run(int thread) throws Exception;
    }

    private static void compareInThreads(
            final Classifier first, final Classifier second, final List<Text> texts, final List<Prediction> alone)
            throws Exception {
        inThreads(new Job() {
            @Override
            public void run(int thread) {
                for (int number = 0; number < texts.size(); number++) {
                    int place = (number + 7 * thread) % texts.size();
                    compare(alone.get(place), first.answer(texts.get(place)));
                    compare(alone.get(texts.size() + place), second.answer(texts.get(place)));
                }
            }
        });
    }

    private static void compare(Prediction expected, Prediction found) {
        assertEquals(expected.label, found.label);
        assertEquals(expected.tier(), found.tier());
        assertEquals(expected.program(), found.program());
        for (int place = 0; place < expected.logits.length; place++) {
            assertEquals(expected.logits[place], found.logits[place], 1e-6);
        }
    }

    private static void inThreads(final Job job) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Void>> running = new ArrayList<Future<Void>>();
            for (int thread = 0; thread < THREADS; thread++) {
                final int number = thread;
                running.add(threads.submit(new Callable<Void>() {
                    @Override
                    public Void call() throws Exception {
                        job.run(number);
                        return null;
                    }
                }));
            }
            for (Future<Void> one : running) {
                one.get(50, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Text> texts() {
        String[] words = {"film", "movie", "good", "bad", "fine", "warm", "not", "the", "sea", "night"};
        List<Text> texts = new ArrayList<Text>();
        for (int number = 0; number < 60; number++) {
            StringBuilder text = new StringBuilder();
            for (int word = 0; word <= number % 23; word++) {
                text.append(words[(number * 3 + word * 7) % words.length]).append(' ');
            }
            texts.add(number % 5 == 4 ? Text.pair(text.toString(), "a dull story") : Text.of(text.toString()));
        }
        return texts;
    }
}
