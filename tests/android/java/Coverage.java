import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.analysis.ICounter;
import org.jacoco.core.analysis.ILine;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IExecutionDataAccessorGenerator;
import org.jacoco.core.tools.ExecFileLoader;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** JaCoCo by its library, since Debian packages neither its agent nor its command line whole. */
final class Coverage {
  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("instrument")) {
      instrument(Paths.get(arguments[1]), Paths.get(arguments[2]));
    } else {
      report(new File(arguments[1]), new File(arguments[2]));
    }
  }

  private static void instrument(Path from, Path to) throws IOException {
    Instrumenter instrumenter = new Instrumenter(new Probes());
    for (Path path : files(from)) {
      Path target = to.resolve(from.relativize(path).toString());
      Files.createDirectories(target.getParent());
      byte[] content = Files.readAllBytes(path);
      boolean isClass = path.toString().endsWith(".class");
      Files.write(target, isClass ? instrumenter.instrument(content, path.toString()) : content);
    }
  }

  /** A line per class: its name, lines of code, and the numbers of those that no test reached. */
  private static void report(File executed, File classes) throws IOException {
    ExecFileLoader loader = new ExecFileLoader();
    loader.load(executed);
    CoverageBuilder builder = new CoverageBuilder();
    new Analyzer(loader.getExecutionDataStore(), builder).analyzeAll(classes);
    for (IClassCoverage found : builder.getClasses()) {
      StringBuilder missed = new StringBuilder();
      for (int line = found.getFirstLine(); line <= found.getLastLine(); line++) {
        if (isMissed(found.getLine(line))) {
          missed.append(' ').append(line);
        }
      }
      System.out.println(found.getName() + " " + found.getLineCounter().getTotalCount() + missed);
    }
  }

  /** JaCoCo's own generator names a class that Debian's package of its agent has in another place. */
  private static final class Probes implements IExecutionDataAccessorGenerator {
    @Override
    public int generateDataAccessor(long id, String name, int probes, MethodVisitor code) {
      code.visitLdcInsn(id);
      code.visitLdcInsn(name);
      code.visitLdcInsn(probes);
      String target = "org/jacoco/agent/rt/internal/Offline";
      code.visitMethodInsn(Opcodes.INVOKESTATIC, target, "getProbes", "(JLjava/lang/String;I)[Z", false);
      return 4; // a long takes two places
    }
  }

  private static boolean isMissed(ILine line) {
    return line.getStatus() == ICounter.NOT_COVERED;
  }

  private static List<Path> files(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> walked = Files.walk(folder)) {
      walked.filter(Files::isRegularFile).forEach(found::add);
    }
    return found;
  }
}
