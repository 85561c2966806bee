package lab;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Runs the cases of Java's pages in one container: reads an ask per line and writes what came per line
 * (shapes: ../../protocol.ts). Each web.xml of a case is an application of its own; its classes are compiled in process.
 */
public final class Main {
    /** What the lab's servlet threw last. */
    static volatile Throwable error;

    /** Descriptors of containers that are not here. */
    private static final Map<String, String> ABSENT = Map.of(
        "jboss-web.xml", "WildFly", "glassfish-web.xml", "GlassFish", "sun-web.xml", "GlassFish", "weblogic.xml", "WebLogic");

    private static final Pattern SERVLET = Pattern.compile("@WebServlet\\((?:value = )?\"([^\"]+)\"");
    private static final Pattern LISTENING =
        Pattern.compile("(Filter|ServletContextListener|WebApplicationInitializer|ServletContextInitializer|Cookie|Wrapper|Test)$");

    private final Container container;
    private final boolean isJakarta;
    private final String libraries;
    private final Asker asker;
    private int count;

    private Main(Container container, boolean isJakarta, String libraries) throws Exception {
        this.container = container;
        this.isJakarta = isJakarta;
        this.libraries = libraries;
        this.asker = new Asker(container);
    }

    public static void main(String[] args) throws Exception {
        String shelf = args[0];
        String type = "lab." + args[3];
        Path base = Path.of(args[2]).resolve("base");
        PrintStream out = System.out;
        System.setOut(System.err);
        Container container = (Container) Class.forName(type, true, Main.class.getClassLoader())
            .getDeclaredConstructor(Path.class, Path.class).newInstance(Path.of(args[1]), base);
        Main main = new Main(container, !shelf.equals("tomcat9"), System.getProperty("java.class.path"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.isBlank()) continue;
            @SuppressWarnings("unchecked")
            Map<String, Object> ask = (Map<String, Object>) Json.parse(line);
            out.println(Json.write(main.run(ask)));
            out.flush();
        }
        System.exit(0);
    }

    private Map<String, Object> run(Map<String, Object> ask) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("id", ask.get("id"));
        List<Object> answers = new ArrayList<>();
        told.put("answers", answers);
        try {
            String reason = answer(new Case(ask), answers);
            if (reason != null) told.put("notAsked", reason);
        } catch (Exception | LinkageError thrown) {
            told.put("notAsked", say(thrown));
        }
        told.put("at", System.currentTimeMillis());
        return told;
    }

    static String say(Throwable thrown) {
        if (System.getenv("LAB_TRACE") != null) thrown.printStackTrace();
        return thrown.getClass().getSimpleName() + ": " + String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
    }

    /** The files of a case, and what they say of its applications. */
    private final class Case {
        final Path folder;
        final List<String> files;

        Case(Map<String, Object> ask) {
            folder = Path.of((String) ask.get("folder"));
            files = ((List<?>) ask.get("files")).stream().map(String.class::cast).filter(file -> !file.contains("src/test/")).toList();
        }

        List<String> ending(String end) {
            return files.stream().filter(file -> file.endsWith(end)).toList();
        }

        String text(String file) throws Exception {
            return Files.readString(folder.resolve(file));
        }

        /** Why this container cannot run it. */
        String refusal() {
            for (String file : files) {
                String name = Path.of(file).getFileName().toString();
                String absent = ABSENT.get(name);
                if (absent != null && !container.reads(name)) return "needs " + absent;
                for (String end : container.foreign()) if (file.endsWith(end)) return "this container does not read " + end;
            }
            return files.isEmpty() ? "no file of it is deployed" : null;
        }

        /** Whether it says anything of the session. */
        boolean hasSession() throws Exception {
            for (String file : files)
                if (file.matches(".*/?(web|web-fragment)\\.xml") || text(file).contains("SessionCookieConfig")) return true;
            return false;
        }
    }

    private String answer(Case each, List<Object> answers) throws Exception {
        String refusal = each.refusal();
        if (refusal != null) return refusal;
        List<String> roots = new ArrayList<>();
        for (String file : each.ending("WEB-INF/web.xml")) roots.add(file.substring(0, file.length() - "WEB-INF/web.xml".length()));
        if (roots.isEmpty()) roots.add(each.ending(".jsp").isEmpty() ? "lab-webapp/" : "src/main/webapp/");
        for (String root : roots) {
            Path base = each.folder.resolve(root);
            Files.createDirectories(base.resolve("WEB-INF"));
            Map<String, String> units = new LinkedHashMap<>();
            if (root.equals(roots.get(0))) {
                String failed = compile(each, base, units);
                if (failed != null) return failed;
                pack(each, base);
            }
            for (String page : each.ending(".jsp"))
                if (page.startsWith(root)) units.put(page.substring(root.length() - 1), "GET /" + page.substring(root.length()));
            complete(base);
            if (each.hasSession()) units.put("/lab/session", (roots.size() > 1 ? root : "") + "session");
            List<String> defaults = each.ending("conf/web.xml");
            boolean trusts = !each.ending("conf/server.xml").isEmpty() && each.text("conf/server.xml").contains("RemoteIpValve");
            App app = new App(root, base, defaults.isEmpty() ? null : each.folder.resolve(defaults.get(0)), trusts);
            String path = "/app" + count++;
            String reason = container.deploy(path, app);
            try {
                for (var unit : units.entrySet()) asker.ask(path + unit.getKey(), unit.getValue(), reason, answers);
            } finally {
                container.undeploy(path);
            }
        }
        return answers.isEmpty() ? "it answers no request" : null;
    }

    /** Compiles the case's classes into the application; what can be asked of them goes into `units`. */
    private String compile(Case each, Path base, Map<String, String> units) throws Exception {
        List<String> sources = each.ending(".java");
        Path written = Files.createDirectories(each.folder.resolve("lab-source"));
        List<Path> paths = unwritten(each, sources, written);
        if (sources.isEmpty() && paths.isEmpty()) return null;
        StringBuilder all = new StringBuilder();
        for (String source : sources) {
            String text = inThisApi(each.text(source));
            all.append(text);
            Path path = written.resolve(source);
            Files.createDirectories(path.getParent());
            paths.add(Files.writeString(path, text));
        }
        Path classes = Files.createDirectories(base.resolve("WEB-INF/classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(problems, null, null)) {
            List<String> options = List.of("-nowarn", "-proc:none", "-parameters", "-cp", libraries, "-d", classes.toString());
            if (!compiler.getTask(null, manager, problems, options, null, manager.getJavaFileObjectsFromPaths(paths)).call())
                return "javac: " + problems.getDiagnostics().get(0).getMessage(null).lines().findFirst().orElse("");
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, Main.class.getClassLoader())) {
            for (String source : sources) {
                String text = each.text(source);
                var served = SERVLET.matcher(text);
                if (served.find()) units.put(served.group(1), "GET " + served.group(1));
                else Calls.of(loader.loadClass(className(source, text)), text, all.toString(), LISTENING, units);
            }
        }
        return null;
    }

    /** Servlets that web.xml names and the page leaves out. */
    private List<Path> unwritten(Case each, List<String> sources, Path folder) throws Exception {
        List<Path> made = new ArrayList<>();
        for (String file : each.ending("WEB-INF/web.xml")) {
            for (var named : Pattern.compile("<servlet-class>(\\w+)<").matcher(each.text(file)).results().toList()) {
                String name = named.group(1);
                if (sources.stream().anyMatch(source -> source.endsWith(name + ".java"))) continue;
                String text = "public class " + name + " extends jakarta.servlet.http.HttpServlet {}";
                made.add(Files.writeString(folder.resolve(name + ".java"), inThisApi(text)));
            }
        }
        return made;
    }

    private static String className(String source, String text) {
        var named = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE).matcher(text);
        String simple = Path.of(source).getFileName().toString().replace(".java", "");
        return named.find() ? named.group(1) + "." + simple : simple;
    }

    /** The same source in the packages of this container's generation. */
    private String inThisApi(String text) {
        return text.replaceAll("\\b(?:javax|jakarta)\\.(servlet|ws\\.rs)\\b", (isJakarta ? "jakarta" : "javax") + ".$1");
    }

    /** Jetty reads its own descriptor only with a document type, which the page leaves out. */
    private void complete(Path base) throws Exception {
        Path jetty = base.resolve("WEB-INF/jetty-web.xml");
        if (!Files.exists(jetty) || Files.readString(jetty).contains("<!DOCTYPE")) return;
        String type = "<!DOCTYPE Configure PUBLIC \"-//Jetty//Configure//EN\" \"https://www.eclipse.org/jetty/configure_10_0.dtd\">\n";
        Files.writeString(jetty, type + Files.readString(jetty));
    }

    /** Each web-fragment.xml is a library of the application. */
    private void pack(Case each, Path base) throws Exception {
        for (String file : each.ending("META-INF/web-fragment.xml")) {
            Path library = Files.createDirectories(base.resolve("WEB-INF/lib")).resolve(file.replace('/', '-') + ".jar");
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(library))) {
                jar.putNextEntry(new JarEntry("META-INF/web-fragment.xml"));
                jar.write(Files.readAllBytes(each.folder.resolve(file)));
                jar.closeEntry();
            }
        }
    }
}
